"""The Front plugin: a sidebar page that follows the open conversation and makes or fills the draft. See plugin.js."""

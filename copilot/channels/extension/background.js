/** Opens the panel of the tab whose icon was pressed: beside it, or in a window of ours where the browser has no side panel. */
const page = (/** @type {number} */ tab) => `side.html?tab=${tab}`;
const WIDE = 420;

chrome.action.onClicked.addListener((tab) => {
  if (tab.id === undefined) return;
  // Without waiting in between: the browser opens it for as long as the press counts.
  if (chrome.sidePanel?.open) {
    void chrome.sidePanel.setOptions({ tabId: tab.id, path: page(tab.id), enabled: true });
    void chrome.sidePanel.open({ tabId: tab.id });
  } else void besides(tab, tab.id);
});

/**
 * A window and not a frame in the page: a page could cover a frame, take it away, or put its own sign-in in its place.
 * @param {chrome.tabs.Tab} tab
 * @param {number} id
 */
async function besides(tab, id) {
  const { left = 0, top = 0, width = 1280, height = 800 } = await chrome.windows.get(tab.windowId);
  const made = { url: page(id), type: /** @type {"popup"} */ ("popup"), width: WIDE, height };
  // Browsers refuse places that are off the screen, and know it better than we do.
  await chrome.windows.create({ ...made, top, left: left + width - WIDE }).catch(() => chrome.windows.create(made));
}

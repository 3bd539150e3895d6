"""The results as Markdown: each target with the measured value."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from bench.accept import KEPT, LIMIT, MANY
from bench.accept import Row as AcceptRow
from bench.court import A_LOAD, Court
from bench.day import CLIENTS, Day
from bench.hostile.run import FAULTS
from bench.hostile.run import Count as HostileCount
from bench.start import A_LONG_LIVRO, Start

PLAIN = "WeasyPrint, plain"
FIRST = "ours: first layout of a new text"
AFTER_MINUTA = "ours: livro after its minuta"
OTHERS = (PLAIN, "WeasyPrint, fonts kept", "Typst", "ReportLab", "Chromium, one page kept", "Chromium, new page")

KEPT_OF_LIMIT = 2
KEPT_MANY_P50_MS = 120
AFTER_MINUTA_MS = 5
FIRST_OF_PLAIN = 0.3
RATE = 45
CPU_MS = {"engine": 6, "http": 8, "all": 42}
MEMORY_MB = 330
LOAD_S = 2.0
READY_S = 2.5
LONG_S = 8.0
LONG_MB = 300
GROWTH = 1.05  # limit of memory growth after the first hundred jobs; less is allocator noise


def percentile(times: Sequence[float], share: float) -> float:
    """Return the percentile `share` of the times."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, right-aligned except the first column."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def accept(rows: Sequence[AcceptRow]) -> str:
    """Return part (a)."""
    p95 = {(row.database, row.layout, row.clients): percentile(row.times, 0.95) for row in rows}
    lines = []
    for row in rows:
        mine, aim = p95[row.database, row.layout, row.clients], "—"
        if row.layout == KEPT and row.clients == 1:
            most = KEPT_OF_LIMIT * p95[row.database, LIMIT, 1]
            aim = _judged(mine <= most, f"p95 ≤ {KEPT_OF_LIMIT} × the limit")
        elif row.layout == KEPT:
            aim = _judged(median(row.times) <= KEPT_MANY_P50_MS, f"p50 ≤ {KEPT_MANY_P50_MS} ms")
        elif row.layout != LIMIT and row.clients == 1:
            aim = f"the layout and {p95[row.database, KEPT, 1]:.0f} ms"
        lines.append((f"{row.database}, {row.layout}", str(row.clients), _ms(median(row.times)), _ms(mine), aim))
    return (
        "## (a) Accepting a livro with two atos\n\nThrough HTTP, from the press to the answer with both seals: "
        "planned, laid out or found laid out, numbered, signed, committed. One client after another, and "
        f"{MANY} at once; the engine stamps and delivers meanwhile. The limit: two signatures (RSA 2048) and one "
        "synced commit, without HTTP and engine.\n\n" + table(("", "clients", "p50 ms", "p95 ms", "aim"), lines)
    )


def render(times: dict[str, list[float]], versions: dict[str, str]) -> str:
    """Return part (b)."""
    plain = median(times[PLAIN])
    best = min(median(times[name]) for name in OTHERS)
    lines = []
    for name, spent in times.items():
        middle, aim = median(spent), "—"
        if name == FIRST:
            aim = _judged(middle <= FIRST_OF_PLAIN * plain, f"≤ {FIRST_OF_PLAIN} of plain")
        elif name == AFTER_MINUTA:
            aim = _judged(middle < AFTER_MINUTA_MS and middle < best, f"< {AFTER_MINUTA_MS} ms, and the first of all")
        figures = (_ms(middle), _ms(min(spent)), _ms(percentile(spent, 0.95)), f"{middle / plain:.2f}")
        lines.append((f"{name} ({versions[name]})", *figures, aim))
    return (
        "## (b) A deed of two pages, about 900 words\n\nEach print is of a new text. The engines are "
        f"interleaved in one run, {len(next(iter(times.values())))} prints each, in random order. Words "
        "(checked), page, fonts, QR and "
        "seal block are the same. All engines are warmed up and get the QR matrix from the same code (0.5 ms). Ours "
        "makes and signs its seals within the time, and writes PDF/A-2b.\n\n"
        + table(("", "median ms", "least", "p95", "of plain", "aim"), lines)
    )


def day(result: Day) -> str:
    """Return part (c)."""
    spent = {task: seconds * 1000 for task, seconds in sorted(result.cpu.items())}
    spent["all"] = sum(spent.values())
    cpu = [
        (task, f"{ms:.1f}", _judged(ms <= CPU_MS[task], f"≤ {CPU_MS[task]}") if task in CPU_MS else "—")
        for task, ms in spent.items()
    ]
    return (
        "## (c) The day's mix through the whole server\n\nMinuta, livro, traslados 1 and 2, certidão of one deed after "
        f"another, every deed of new text, {CLIENTS} clients, until every PDF is at its folder queue (SQLite).\n\n"
        + table(
            ("documents", "seconds", "documents a second", "answer p50 ms", "p95 ms", "aim"),
            [
                (
                    str(result.documents),
                    f"{result.seconds:.1f}",
                    f"{result.rate:.1f}",
                    _ms(median(result.answers)),
                    _ms(percentile(result.answers, 0.95)),
                    _judged(result.rate >= RATE, f"≥ {RATE} a second"),
                )
            ],
        )
        + "\n\nProcessor time a document:\n\n"
        + table(("", "ms", "aim"), cpu)
    )


def memory(result: Day) -> str:
    """Return part (d)."""
    marks = list(result.memory)
    tasks = [task for task in ("http", "pool", "engine", "others") if task in result.memory[marks[0]]]
    lines = []
    for task in tasks:
        values = [result.memory[mark][task] for mark in marks]
        held = max(values[1:], default=values[0]) <= values[0] * GROWTH
        aim = _judged(held, "no growth after the first hundred") if task != "others" else "—"
        lines.append((task, *(f"{value:.0f}" for value in values), aim))
    whole = [sum(result.memory[mark].values()) for mark in marks]
    lines.append(("all", *(f"{value:.0f}" for value in whole), _judged(max(whole) <= MEMORY_MB, f"≤ {MEMORY_MB}")))
    return "## (d) Memory\n\nMemory (PSS) in MB after so many documents of the mix of (c), in one server.\n\n" + table(
        ("", *(f"{mark}" for mark in marks), "aim"), lines
    )


def start(result: Start) -> str:
    """Return part (h)."""
    new = sum(result.memory.values())
    long = result.pages >= A_LONG_LIVRO and result.answer_s <= LONG_S
    lines = [
        (
            "ready after the command, s",
            f"{median(result.ready):.1f}",
            _judged(median(result.ready) <= READY_S, f"≤ {READY_S}"),
        ),
        ("memory of a new server (PSS), MB", f"{new:.0f}", _judged(new <= MEMORY_MB, f"≤ {MEMORY_MB}")),
        (
            f"livro of {result.pages} pages, to the answer, s",
            f"{result.answer_s:.1f}",
            _judged(long, f"≤ {LONG_S:.0f}"),
        ),
        ("the same, until it is at its queue, s", f"{result.printed_s:.1f}", "—"),
        (
            "the process that lays it out (PSS), MB",
            f"{result.process_mb:.0f}",
            _judged(result.process_mb < LONG_MB, f"< {LONG_MB}"),
        ),
    ]
    return (
        "## (h) Start, and a long livro\n\nThe median of "
        f"{len(result.ready)} starts; then one livro of a new text.\n\n" + table(("", "", "aim"), lines)
    )


def court(result: Court) -> str:
    """Return part (e)."""
    floor = A_LOAD / result.signatures
    loads = [
        (
            each.database,
            f"{median(each.times):.2f}",
            f"{max(each.times):.2f}",
            f"{floor / median(each.times):.2f}",
            _judged(median(each.times) < LOAD_S, f"< {LOAD_S:g} s"),
        )
        for each in result.loads
    ]
    sent = [
        (
            f"{each.database}, {each.offices} office{'s' if each.offices > 1 else ''}",
            f"{each.limit:g}" if each.limit else "none",
            f"{each.waiting}",
            f"{each.reported}",
            f"{each.seconds:.1f}",
            f"{each.reported / each.seconds:.0f}",
            f"{1000 * each.sender_cpu / each.reported:.2f}",
            f"{1000 * each.court_cpu / each.reported:.2f}",
        )
        for each in result.sent
    ]
    head = ("", "limit", "waited", "reported", "seconds", "seals a second", "sender ms a seal", "court ms a seal")
    return (
        f"## (e) The court\n\nA load of {A_LOAD} paper seals over HTTP, from the press to the answer with all codes: "
        f"made, signed, queued, committed. One core signs {result.signatures:.0f} times a second (RSA 2048) in this "
        f"run: {floor:.2f} s of a load, which is signed on one core.\n\n"
        + table(("", "median s", "most", "signing's part", "aim"), loads)
        + "\n\nA day's arrears reported to the simulator, which is a process of its own; the senders share another. "
        "With a limit (the default: seals a second and office) only the first while is shown.\n\n" + table(head, sent)
    )


def _judged(held: bool, aim: str) -> str:
    return f"{aim}: {'held' if held else '**missed**'}"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


_FAULTS = ("pages without their text", "hangs", "processes left", "sealed and unprintable", "failures")
_REASONS = 40


def hostile(count: HostileCount) -> str:
    """Return part (f)."""
    lines, reasons = [], Counter[str]()
    for kind, ends in sorted(count.kinds.items()):
        refused = {what.removeprefix("refused: "): n for what, n in ends.items() if what.startswith("refused: ")}
        reasons.update(refused)
        lines.append((kind, ends["accepted"], sum(refused.values()), *(ends[fault] for fault in FAULTS)))
    lines.append(("all", *(sum(line[column] for line in lines) for column in range(1, 3 + len(FAULTS)))))
    rate = count.sent / count.seconds if count.seconds else 0.0
    return "\n\n".join(
        [
            "## (f) Damaged and odd bodies\n\n"
            f"{count.sent} bodies of seed {count.seed} in {count.seconds:.0f} s, {rate:.1f} a second; "
            f"{count.over_http} of them over HTTP. What is accepted is held against its body by poppler; "
            "the last five must be 0.",
            table(("", "accepted", "refused", *_FAULTS), [tuple(map(str, line)) for line in lines]),
            table(("refused because", ""), [(each, str(times)) for each, times in reasons.most_common(_REASONS)]),
            *(f"WRONG: {each}" for each in count.wrong[:_REASONS]),
        ]
    )

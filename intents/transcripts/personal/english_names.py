"""People's names in Latin letters, where the words around them or a well-known name say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intents.transcripts.personal.known_names import (
    AMBIGUOUS,
    CAPITALISED,
    NO_NAME,
    PINYIN_SURNAMES,
    THINGS,
    given_names,
    plain_letters,
    surnames,
)
from intents.transcripts.personal.span import Span

_TOKEN = re.compile(r"[^\W\d_\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]+(?:['’-][^\W\d_\u3400-\u9fff]+)*")
_PARTICLES = frozenset(
    "van von der den de la los del della di da dos do al el bin bint ibn ten ter le du mac ní ni ó nic st".split()
)
_JOINT = re.compile(r"\.? |\. ?|[ ]")

_ROLE = (
    r"husband|wife|spouse|son|daughter|mother|father|mum|mom|dad|brother|sister|partner|boss|colleague|co-?worker|neighbou?r|"
    r"room-?mate|flat-?mate|house-?mate|friend|assistant|fianc[eé]e?|girlfriend|boyfriend|manager|landlord|landlady|tenant|nephew|niece|cousin|"
    r"uncle|aunt|auntie|grand(?:mother|father|ma|pa|son|daughter)|mother-in-law|father-in-law|gran|nan|kid|baby|child|boy|girl"
)
_JOB = (
    r"agents?|rep(?:resentative)?|driver|courier|advis[eo]r|technician|engineer|supervisor|installer|fitter|salesman|salesperson|"
    r"operator|assistant|colleague|guy|lady|woman|man|gentleman|person|nurse|patient|passenger|guest|member|employee|tenant|owner|student|guide|"
    r"receptionist|plumber|electrician|mechanic|waiter|doorman|concierge|host|seller|buyer|officer|consultant"
)
_STRONG = re.compile(
    r"(?:\b(?:(?:booking|reservation|room|table|order|account|appointment|tickets?|booked|registered|listed|filed|parcel|it['’]?s) (?:is )?(?:under|for)|my (?:full |first |last |real |legal |maiden |given |family |middle )?name(?: is|['’]s|s|:)?|"
    r"(?:the |full |first |last )?names?(?: is|['’]s| are|:| was| should be| as in (?:the )?\w+| on (?:it|bell|(?:the )?(?:order|account|card|parcel|ticket|booking|invoice|bell|door|label))(?: is| was)?)?:?|"
    r"surname(?: is)?:?|i(?: am|['’]m|m) called|call me|(?:card|account|policy) ?holder(?: name)?(?: is)?:?|customer(?: name)?:|recipient(?: is)?:?|contact(?: person)?(?: is|:)|attn\.?:?|"
    r"attention:|care of|c/o|addressed to|belongs to|registered (?:to|under|in the name of)|booked (?:by|under)|"
    r"(?:under|in|to|with|for) the names?(?: of)?|on behalf of|ask(?:ed|ing)? for|signed(?: for)? by|accepted by|collected by|made out to|payable to|"
    r"signature:?|(?:passport|passports|licen[cs]e|id) of|spelled|spelt|beneficiary:?|payee:?|passengers?:|patient:?|guests?:|insured:?|driver:|tenant:|visitor:|attendee:|employee:|owner:|caller:?|"
    r"(?:sur)?names? (?:\w+ )?(?:from|to|into)|(?:sur)?name (?:\w+ )?from [^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+)? (?:in)?to|"
    r"(?:confirmation|booking|reservation|order|ticket|claim|policy|account|it|that|this|table|room)(?: is|['’]s| was)?(?: [A-Z0-9-]{4,})?,? under)"
    r")\s*[\"“'‘]?$", re.I
)  # fmt: skip
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|señora?|monsieur|madame|sir|sister|auntie?|uncle)\b\.? $",
    re.I,
)
_MEDIUM = re.compile(
    rf"(?:\b(?:my|our|his|her|their) (?:\w+ )?(?:{_ROLE})(?:['’]s name is|,| is)?|\b(?:spoke|speak|speaking|talked|talking|chatted|dealing|dealt|chat|met|"
    r"message|voicemail|left it|sold it|phoned|meeting|appointment|account) (?:to|with|for|from|by)|\b(?:ask(?:ed)? for|told by|promised by|(?:call|called|visit|served|helped|assisted|signed|written|seen) by|named|called|ring|from|for|to|by|with|via|thanks to|tell|ask|let|meet|hi|is|and|&)|"
    rf"\b(?:your|an?|the|one of your) (?:\w+ )?(?:{_JOB})(?: called| named|,)?|\b(?:{_JOB}),?)\s+[\"“'‘]?$", re.I
)  # fmt: skip
_SELF = re.compile(r"\b(?:i['’]?m|i am|this is|it['’]?s|it is|here is)\s+$", re.I)
_GREETING = re.compile(
    r"(?:^|[.!?\n,]\s*|\b)(?:hi+|hello+|hey+|hiya|dear|good (?:morning|afternoon|evening|day)|morning|afternoon|evening|thanks?(?: you)?(?: (?:so|very) much| a lot)?|"
    r"thx|cheers|bye|sorry|welcome(?: back)?|apologies|goodbye|sure|ok(?:ay)?|yes|no problem|perfect|great|certainly|of course|understood|nice to meet you|"
    r"no worries|how are you|got it|please|and you|you too)[,!.]? $", re.I
)  # fmt: skip
_SIGN_OFF = re.compile(
    r"(?:\b(?:regards|sincerely|cheers|thanks|thank you|best|best wishes|yours|rgds|thx|ta|greetings|truly|faithfully|love|signed|days|sent from my phone|bye)[,.!]*\s*[-–—]?\s*|(?:^|\s)[-–—~/]\s?|\n\s*|[.!?] )$",
    re.I,
)
_AFTER_SELF = re.compile(
    r"\s*(?:[,.!?;:\n—–(-]|$|(?:from|and|here|speaking|calling|with|at|again|writing|i|the|your|your)\b)",
    re.I,
)
_HERE = re.compile(r",? (?:here|speaking|again|calling)\b(?! is| are| we)", re.I)
_SAYS = re.compile(
    r"(?:['’]s (?:account|order|card|phone|number|email|parcel|passport|name|birthday|mum|wife|husband)|,? (?:told|said|says|called|promised|wrote|sent|helped|asked|confirmed|mentioned|from|and (?:me|i)|or (?:me|i)|in (?:sales|support|accounts|billing|returns)|at reception)\b)", re.I
)  # fmt: skip
_PARTNERS = re.compile(r",? (?:&|and) [A-Z]\w+(?:[ ,]+(?:Ltd|Limited|Inc|LLC|LLP|plc|GmbH|Co)\b)")
_AT_END = re.compile(r"\s*[.!]?\s*$")
_ALONE = re.compile(r"\s*(?:[,.!?;:\n—–-]|$)")
_REGARDS = re.compile(r"regards|sincerely|yours|truly|faithfully", re.I)
_SPOKE_TO = re.compile(r"\b(?:spoke|spoken|talked|chatted|speak|talk|speaking|talking) (?:to|with) $", re.I)
_WHO = re.compile(
    rf"\b(?:(?:my|our|his|her|their) (?:\w+ )?(?:{_ROLE}|doctor|lawyer|dentist|teacher|boss)|(?:the|your|an?|one of your) (?:{_JOB}|doctor|dentist|vet)|patient|guest|passenger|tenant|"
    r"(?:meeting|appointment|session|call|interview) with|attention of|née|nee|born|(?:^|[.,;] ?)under),? $",
    re.I,
)
_TO_ME = re.compile(
    r" (?:told|promised|assured|helped|advised|informed|emailed|called|rang|texted|answered|served) (?:me|us|my|her|him)\b",
    re.I,
)
_INSIDE = re.compile(r"[^\W\d_][,;:]?['\"“]? $")
_COMPANY = re.compile(
    r"[ ,.]*(?:GmbH|Ltd|Limited|Inc|LLC|LLP|plc|B\.?V|N\.?V|AG|KG|SE|S\.?A|S\.?r\.?l|Oy|AB|ApS|A/S|& (?:Sons?|Co|Daughters?|Partners)|Co\b|Group|Bank|Hotel|Cafe|Café|Bakery|Store|Shop|Street|St\b|Road|Rd\b|Avenue|Square|Park|Station|Airport|Stadium|School|Hospital|University|Collection|Edition|Foundation)\b"
)
_ARTICLE = re.compile(
    r"\b(?:the|a|an|in|at|near|of|colou?r|shade|size|brands?|model|label|from the|your|our)\s+[\"“'‘]?$", re.I
)
_SYLLABLE = r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|ve|er|a|o|e|i|u|v))"
_PINYIN = re.compile(rf"{_SYLLABLE}{{1,2}}(?:-{_SYLLABLE})?")
_SPELT = re.compile(
    r"\bspel(?:led|t|ling)(?: it)?(?: is| as|:)? (?P<name>[^\W\d_](?:[ -][^\W\d_]){2,})(?![^\W\d_])", re.I
)
_IN = re.compile(r"\b(?:in|at|near|around|from your|the) $", re.I)
_FAMILY = re.compile(r"\b[Tt]he (?P<name>[A-Z][a-z]{3,}s)\b(?! [A-Z])")
_TICKET = re.compile(r"(?<![\w/])([A-Z]{2,})/([A-Z]{2,})(?: ?(?:MR|MRS|MS|MISS|MSTR|DR))?(?![\w/])")
_REVERSED = re.compile(
    r"(?<![\w])(?:(?:[Vv]an|[Vv]on|[Dd]e)(?: de[rn]?)? )?([A-ZÀ-Ž][\w'’-]+), ([A-ZÀ-Ž][\w-]+)(?! [A-Z])(?=[\s.,;)]|$)"
)
_THING = re.compile(
    r"\s+(?:in size|size|gold|green|blue|red|gr[ae]y|white|black|pink|brown|yellow|rice|oil|sofas?|lamps?|beds?|chairs?|tables?|mattress|jackets?|jeans|shirts?|boots|shoes|bags?|"
    r"watch|lipstick|perfume|puzzle|range|collection|line|edition|series|model|flight|hotel|hospital|church|bread|cheese|tea|burgers?|beef|steak|cake|toothpaste|cream|style|furniture|shampoo|soap|sauce|chocolates?|biscuits?|bikes?|guitar|dress|coat|trousers|sneakers|trainers|heels|ring|necklace|phone|laptop|tablet|router|printer|camera|drill|mower|vacuum|kettle|toaster|blender|pan|knife|plan|tariff|coffee|wine|beer|whisky|game|set|card|voucher|brand|store|shop)\b",
    re.I,
)
_PLACE_BEFORE = re.compile(
    r"\b(?:St\.?|Saint|San|Santa|São|Los|Las|Port|Fort|Mount|Mt|Lake|Hotel|hotel|caf[eé]|Caf[eé]|restaurant|pub|bar|ferry|ward|MS|SS) $"
)
_BRANDS = re.compile(
    r"\b(?:Ben (?:&|and) Jerry|Jack Daniel|Dr\.? (?:Martens|Oetker|Pepper|Scholl)|Doc Martens|Charlotte Tilbury|Jo Malone|Calvin Klein|Tommy Hilfiger|Ralph Lauren|Hugo Boss|Paul Smith|Mary Janes?|"
    r"Harley|Uncle Ben|Aunt Bessie|Martin Luther King|Mercedes|Johnnie Walker|Jim Beam|Captain Morgan|Est[eé]e Lauder|Elizabeth Arden|Marc Jacobs|Tom Ford|Kate Spade|Michael Kors|Tory Burch|"
    r"Stella McCartney|Vivienne Westwood|Laura Ashley|Ted Baker|Fred Perry|Christian Dior|Louis Vuitton|Yves Saint|Giorgio Armani|Karl Lagerfeld|Melissa (?:&|and) Doug|Marks (?:&|and)|John Lewis|Peter Jones|"
    r"Fisher[- ]Price|Stanley|Victoria['’]s Secret|Burt['’]s Bees|Le Creuset|Trader Joe|Papa John|Wendy['’]s|Sainsbury|Lloyds?|Barclays?|Charles Schwab|Wells Fargo|Eddie Bauer|Jimmy Choo|Philip Morris|Ray[- ]?Ban|"
    r"Granny Smith|Earl Gr[ae]y|Bloody Mary|Father Christmas|Santa Claus|Google|Alexa|Siri|Cortana)\b",
    re.I,
)
_CAMEL = re.compile(r"[a-z](?<!Mc)(?<!Mac)(?<!De)(?<!Van)(?<!Le)(?<!La)(?<!Di)(?<!Fitz)[A-Z]")
_PLACES = frozenset(
    """blvd boulevard drive way close court terrace plaza crescent place station street road avenue lane park hotel airport square house bank school university hospital college church bridge stadium collection edition sofa
    bed chair table mattress lamp jacket jeans shirt shoes boots bag watch perfume rice oil tea coffee grey gray gold blue green red black white county city
    beach island river lake hill mall centre center museum theatre clinic pharmacy bakery store shop texas england""".split()
)
_WORDS = AMBIGUOUS | NO_NAME
_Tokens = Sequence[re.Match[str]]


def find_english_names(text: str) -> Iterator[Span]:
    """Names in the text, with how sure their surroundings make them."""
    brands = [match.span() for match in _BRANDS.finditer(text)]
    for run in _runs(text):
        if not any(start <= token.start() < end for start, end in brands for token in run):
            yield from _named(text, run)
    for match in _FAMILY.finditer(text):
        if match["name"][:-1].lower() in surnames():
            yield Span(match.start("name"), match.end("name"), "name", 51)
    for match in _SPELT.finditer(text):
        yield Span(match.start("name"), match.end("name"), "name", 58)
    for match in _TICKET.finditer(text):
        if {match[1].lower(), match[2].lower()} & (surnames() | given_names()):
            yield Span(match.start(), match.end(2), "name", 56)
    for match in _REVERSED.finditer(text):
        if match[1].lower() in surnames() and match[2].lower() in given_names():
            yield Span(match.start(), match.end(), "name", 54)


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words (and initials) that stand together, particles such as `van` among them."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        joined = run and _JOINT.fullmatch(text[run[-1].end() : token.start()]) and (
            text[run[-1].end()] != "." or len(run[-1][0]) == 1
        )  # fmt: skip
        small = token[0].lower() in _PARTICLES and token[0].islower()
        if run and not joined:
            yield run
            run = []
        if token[0][0].isupper() or (small and run):
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _named(text: str, run: list[re.Match[str]]) -> Iterator[Span]:
    """The run's name, if any: by what leads to it, else by a given name or a surname in it."""
    run = [token for token in run if not _glued(text, token) and not _CAMEL.search(token[0])]
    if run and _bare(run[0]) in given_names() and _SAYS.match(text, run[-1].end()):
        yield _span(run[-1:] if len(run) > 1 and _cold(run[0]) else run, 52)
        return
    loud = all(token[0].isupper() for token in run) and _STRONG.search(
        text[max(0, run[0].start() - 48) : run[0].start()] if run else ""
    )
    run = [token for token in run if _bare(token) not in NO_NAME][:4] if loud else _warm(run)
    if (
        not run
        or max(len(token[0]) for token in run) < 2
        or any(_bare(token) in _PLACES for token in run[1:])
    ):
        return
    before, after = text[max(0, run[0].start() - 48) : run[0].start()], text[run[-1].end() :]
    placed = _PLACE_BEFORE.search(before) or _PLACE_BEFORE.match(run[0][0] + " ")
    if _COMPANY.match(after) or _PARTNERS.match(after) or (placed and not _STRONG.search(before)):
        return
    if (
        not re.search(r"\w", before + after)
        and len(run) < 4
        and all(_bare(token) not in _WORDS for token in run)
        and _is_known(run)
    ):
        yield _span(run, 52)  # the whole turn: what somebody answers who was asked for a name
        return
    if certainty := _certainty(run, before, after):
        yield _span(run, certainty)
        return
    places = () if _ARTICLE.search(before) or (len(run) == 1 and _THING.match(after)) else range(len(run))
    place = next((place for place in places if _begins(run[place:])), None)
    if place is not None:
        yield _span(run[place:], 50)


def _warm(run: list[re.Match[str]]) -> list[re.Match[str]]:
    """The run without words at its beginning and end that are no names."""
    while run and _cold(run[0]) and not (_surnamed(run) and _bare(run[0]) in given_names()):
        run = run[1:]
    return _until_cold(run)


def _certainty(run: _Tokens, before: str, after: str) -> int:
    """How sure the surroundings make the run's beginning a name; 0 where they say nothing."""
    return _introduced(run, before, after) or _addressed(run, before, after) or _mentioned(run, before, after)


def _introduced(run: _Tokens, before: str, after: str) -> int:
    """After a title, "my name is" and the like, or as an initial and a surname."""
    if _TITLE.search(before):
        return 57
    if _STRONG.search(before) and not re.match(r" \d", after):
        return 58
    initial = len(run) > 1 and len(run[0][0]) == 1 and run[0].string[run[0].end()] == "."
    return 52 if initial and len(run[1][0]) > 2 else 0


def _addressed(run: _Tokens, before: str, after: str) -> int:
    """By those who say who they are, greet, thank or sign."""
    first, known = _bare(run[0]), _is_known(run)
    if _HERE.match(after) and first not in _WORDS:
        return 56
    if _SELF.search(before) and _AFTER_SELF.match(after) and known:
        return 55
    if _GREETING.search(before) and (_ALONE.match(after) or (known and first not in AMBIGUOUS)):
        return 54
    signed = bool(_SIGN_OFF.search(before) and re.match(r"\s*[.!]?\s*(?:\n|$)", after))
    signed = signed or bool(
        known and first not in _WORDS and before.endswith(", ") and _AT_END.fullmatch(after)
    )
    return 53 if signed and (known or _REGARDS.search(before)) else 0


def _mentioned(run: _Tokens, before: str, after: str) -> int:
    """In the middle of what is said, by a word before or after, or by the capital alone."""
    first = _bare(run[0])
    if first in given_names() and _SAYS.match(after):
        return 52
    told = _TO_ME.match(after) and not _IN.search(before)
    person = _SPOKE_TO.search(before) or told or _WHO.search(before)
    if person and first not in AMBIGUOUS and len(first) > 2:
        return 51
    inside = bool(_INSIDE.search(before)) and not _ARTICLE.search(before)
    inside = inside and bool(first not in THINGS or _MEDIUM.search(before))
    if inside and first in CAPITALISED and len(run) == 1 and not _THING.match(after):
        return 50
    return 51 if _is_known(run) and first not in AMBIGUOUS and _MEDIUM.search(before) else 0


def _is_pinyin(run: _Tokens) -> bool:
    """A Chinese name in Latin letters: a surname and a given name of one or two syllables."""
    return (
        len(run) == 2 and run[0][0].lower() in PINYIN_SURNAMES and bool(_PINYIN.fullmatch(run[1][0].lower()))
    )


def _begins(run: _Tokens) -> bool:
    """Whether a name begins here: a given name that is no word, or any followed by a surname."""
    first = _bare(run[0])
    if _is_pinyin(run):
        return True
    if len(first) < 3 or first in NO_NAME:
        return False
    if first in given_names() and first not in AMBIGUOUS:
        return True
    return _surnamed(run)


def _surnamed(run: _Tokens) -> bool:
    rest = [_bare(token) for token in run[1:] if token[0].lower() not in _PARTICLES]
    return (
        bool(rest)
        and rest[0] in surnames()
        and rest[0] not in AMBIGUOUS
        and len(rest) < 3
        and run[0][0][1:].islower()
    )


def _is_known(run: _Tokens) -> bool:
    words = [_bare(token) for token in run]
    return words[0] in given_names() or any(word in surnames() for word in words)


def _until_cold(run: _Tokens) -> list[re.Match[str]]:
    """The run up to a word that is no name, at most four words, without particles at its end."""
    kept: list[re.Match[str]] = []
    for token in run[:5]:
        if kept and _cold(token):
            break
        kept.append(token)
    while kept and kept[-1][0].islower():
        kept.pop()
    return kept


def _cold(token: re.Match[str]) -> bool:
    word = token[0]
    lower = _bare(token)
    if len(word) == 1:
        return word in "I"
    if lower in ("mac", "mc"):
        return not token.string[token.end() : token.end() + 2].strip()[:1].isupper()
    if len(word) < 4 and word.isupper():
        return True
    return lower in NO_NAME or (len(word) > 3 and word.isupper() and lower not in given_names() | surnames())


def _bare(token: re.Match[str]) -> str:
    """The word in lower case without accents and without a possessive s."""
    return plain_letters(re.sub(r"['’]s$", "", token[0].lower()))


def _glued(text: str, token: re.Match[str]) -> bool:
    """Whether the word is part of an address, a code or a name of the network."""
    before, after = text[max(0, token.start() - 1) : token.start()], text[token.end() : token.end() + 1]
    if before == "@" and token[0][0].isupper() and token[0].lower() in given_names():
        return not text[max(0, token.start() - 2) : token.start() - 1].isspace()
    slash = before == "/" and not text[max(0, token.start() - 2) : token.start() - 1].strip()
    return bool(before and before in "@/_#-=&0123456789" and not slash) or bool(
        after and after in "@_=0123456789"
    )


def _span(run: _Tokens, certainty: int) -> Span:
    possessive = re.search(r"['’]s$", run[-1][0])
    return Span(run[0].start(), run[-1].end() - (2 if possessive else 0), "name", certainty)

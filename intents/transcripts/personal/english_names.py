"""People's names in English text, where the words around them or a well-known given name say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.known_names import AMBIGUOUS, GIVEN
from intents.transcripts.personal.span import Span

_CAP = r"(?:(?:Mc|Mac|O['’]|D['’]|L['’])?[A-ZÀ-ÖØ-ÞŁŚŻŠČŽ][a-zß-öø-ÿąćęłńóśźżšğışčřžě'’]+|[A-ZÀ-ÖØ-ÞŁŚŻŠČŽ]{2,})(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+)*"
_INITIAL = r"[A-Z]\.?"
_PARTICLE = r"(?:van der|van den|van de|van|von|de la|de los|de|del|della|di|da|dos|al|el|bin|bint|ibn|ten|ter|le|la|st\.?)"
_REST = rf"(?:[ ](?:{_PARTICLE}[ ])?(?:{_CAP}|[A-Z]\.|[A-Z](?= [A-Z][a-z])))"
_NAME = rf"(?:{_CAP}|{_INITIAL}[ ]?(?={_CAP}){_CAP}){_REST}{{0,3}}"
_WORD = r"[a-zß-öø-ÿA-ZÀ-ÖØ-Þ][a-zß-öø-ÿąćęłńóśźżA-ZÀ-ÖØ-Þ'’-]+"
_ROLE = (
    r"husband|wife|spouse|son|daughter|mother|father|mum|mom|dad|brother|sister|partner|boss|colleague|coworker|co-worker|neighbou?r|"
    r"roommate|flatmate|friend|assistant|fianc[eé]e?|girlfriend|boyfriend|manager|landlord|landlady|tenant|nephew|niece|cousin|uncle|"
    r"aunt|auntie|grand(?:mother|father|ma|pa|son|daughter)|mother-in-law|father-in-law|gran|nan"
)
_AGENT = (
    r"agents?|rep(?:resentative)?|driver|courier|advis[eo]r|technician|engineer|supervisor|installer|fitter|salesman|salesperson|"
    r"operator|assistant|colleague|guy|lady|woman|man|gentleman|person"
)
_STRONG = re.compile(
    r"(?:\b(?i:my (?:full |first |last |real |legal |maiden |given |family )?name(?: is|['’]s|:)?|(?:the )?names?(?: is|['’]s|:| was| should be| on (?:it|the (?:order|account|card|parcel|ticket|booking|invoice))(?: is| was|:)?)|"
    r"i(?: am|['’]m|m) called|"
    r"call me|cardholder(?: name)?(?: is|:)?|card holder(?: is|:)?|account holder(?: name)?(?: is|:)?|customer(?: name)?:|recipient(?: is|:)?|contact(?: person)?(?: is|:)|attn\.?:?|attention:?|"
    r"care of|c/o|addressed to|delivered to|deliver(?:y)? to|ship(?:ped)? to|sent to|belongs to|registered (?:to|under|in the name of)|booked (?:by|under)|"
    r"(?:under|in|to|with|for) the name(?:s)?(?: of)?|in the name(?: of)?|on behalf of|signed(?: for)? by|accepted by|collected by|"
    r"made out to|payable to|gift for|signature:?|spelled|spelt)|"
    r"(?i:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Herr|Frau|Señora?|Monsieur|Madame)\b\.?))\s*[:\"“'‘]?\s*"
    rf"(?P<name>{_NAME})"
)
_TITLED = re.compile(rf"\b(?i:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? (?P<name>{_WORD}(?: {_CAP})?)")
_MEDIUM = re.compile(
    rf"\b(?i:(?:my|our|his|her) (?:{_ROLE})(?:['’]s name is|,)?|(?:spoke|speak|speaking|talked|talking|chatted|dealing|dealt|chat) (?:to|with)|ask(?:ed)? for|told by|"
    rf"(?:your|an?|the|one of your) (?:{_AGENT})(?: called| named|,)?|named|called|helped by|assisted by|served by|"
    r"(?:regards|sincerely|cheers|yours(?: truly| faithfully)?|best wishes|kindly|love|rgds|xx|signed|sent by|from|thanks|thank you|many thanks|ta|thx)[,.!]?\s*\n+\s*-?)"
    rf"\s+[\"“'‘]?(?P<name>{_NAME})"
)
_SELF = re.compile(
    rf"\b(?i:i['’]?m|i am|this is|it['’]?s|it is|im|here is)\s+(?P<name>{_NAME})(?=\s*(?:[,.!?;:\n—–(-]|$|from\b|and\b|here\b|speaking\b|calling\b|with\b|at\b|again\b|writing\b|i\b|I\b|the\b|your\b))"
)
_HERE = re.compile(
    rf"(?:^|[.!?,:;\n—–-]\s*|\b(?:[Hh]i|[Hh]ello|[Hh]ey),? )(?P<name>{_NAME}) (?:here|speaking|again)\b(?! is| are| we)"
)
_GREETED = re.compile(
    rf"(?:^|[.!?\n]\s*|\b)(?:[Hh]i|[Hh]ello|[Hh]ey|[Hh]iya|[Dd]ear|[Gg]ood (?:morning|afternoon|evening|day)|[Mm]orning|[Aa]fternoon|[Ee]vening|[Tt]hanks?(?: you)?(?: (?:so|very) much| a lot)?|"
    rf"[Cc]heers|[Bb]ye|[Ss]orry|[Ww]elcome(?: back)?|[Aa]pologies|[Gg]oodbye|[Ss]ure|[Oo]k(?:ay)?|[Yy]es|[Nn]o problem|[Pp]erfect|[Gg]reat|[Cc]ertainly|[Oo]f course|[Uu]nderstood|[Nn]ice to meet you|[Hh]ow are you)"
    rf"[,!.]? (?P<name>{_NAME})(?=\s*(?:[,.!?;:\n—–-]|$))"
)
_SIGNED = re.compile(
    rf"(?:(?i:regards|sincerely|cheers|thanks|thank you|best|best wishes|yours|rgds|thx|ta|greetings|truly|bye)[,.!]*\s*[-–—]?\s*|[-–—~/]\s?|\n\s*)(?P<name>{_NAME})\s*[.!]?\s*$"
)
_LOWER = re.compile(
    rf"\b(?i:my (?:full |first |last )?name(?: is|['’]s|s|:)|(?<!the )name(?: is|['’]s|:)|i['’]m called|call me|(?:under|in) the name(?: of)?|cardholder(?: is|:)|account holder(?: is|:)|surname(?: is|:)?)\s*(?P<name>{_WORD}(?: {_WORD}){{0,2}})"
)
_LEXICON = re.compile(rf"(?<![\w@./-])(?P<name>{_CAP}{_REST}{{0,3}})(?![\w@])")
_LOWER_SELF = re.compile(
    rf"\b(?i:i['’]?m|i am|this is|it['’]?s|im|hi|hello|hey|thanks|thank you|cheers),? (?P<name>{_WORD})(?: (?P<more>{_WORD}))?",
    re.I,
)

_NO_NAME = frozenset(
    """
    a about account actually afraid after again agent all also am an and angry another any anyone are as asap assuming at away
    back bank because been before being black blue bot but by calling can cancel card care chat christmas company confused
    currently customer customers dear delivery department desk did disappointed do does done email everyone everybody
    everything express fed female fine first folk folks for friday from furious getting giving going good great green guys
    happy have having he hello help her here hey hi his hoping how i id if in interested invalid is issue it its ive just kind
    kindly late left let like living ll locked looking lost madam male me missing mister mobile moderator monday my name new next no none not
    nothing now number of off ok okay on one only or order orders our out over paypal phone please premium prime product ready really
    red refund regarding registered regards returning sad saturday seller service she shop since sir so some someone sorry
    still store stuck such sunday super supervisor support sure surname system team thank thanks that the their them then there they
    this thursday to today tomorrow tracking trying tuesday unable under unhappy until up upset us useless very virtual visa waiting
    wanting was we wednesday website well what when where which white who why will wishing with without wondering worried wrong xl
    yes yesterday you your yours apple google amazon samsung android windows iphone ipad mac facebook instagram whatsapp
    january february march april june july august september october november december english german french spanish dutch chinese
    black friday cyber street road avenue lane london paris berlin amsterdam dublin rotterdam england ireland germany france spain europe
    uk usa us eu faq ups dhl dpd usps fedex gls evri hermes royal mail klarna ideal mastercard amex maestro hr it ceo pdf url sms
    spelt spelled wrongly misspelled correct incorrect different changed printed mr mrs ms miss dr prof customerservice sales
    billing technical care reception warehouse assistance morning afternoon evening night both either neither old pm
    """.split()
)


def find_english_names(text: str) -> Iterator[Span]:
    """Names in the text, with how sure their surroundings make them."""
    for pattern, certainty in (
        (_STRONG, 58),
        (_MEDIUM, 56),
        (_SELF, 55),
        (_HERE, 56),
        (_GREETED, 54),
        (_SIGNED, 53),
    ):
        for match in pattern.finditer(text):
            if pattern not in (_SELF, _SIGNED) or _is_likely(match["name"]):
                yield from _trimmed(match.start("name"), match["name"], certainty)
    for match in _TITLED.finditer(text):
        yield from _trimmed(match.start("name"), match["name"], 57)
    for match in _LOWER.finditer(text):
        yield from _lower(match.start("name"), match["name"])
    for match in _LOWER_SELF.finditer(text):
        yield from _lower_self(match)
    for match in _LEXICON.finditer(text):
        yield from _known(match.start("name"), match["name"])


def _is_likely(name: str) -> bool:
    """Whether a capitalised phrase after "I'm" or at the end of a message is a name and no start of a sentence."""
    words = name.split()
    return words[0].lower() in GIVEN or (
        len(words) > 1 and all(word.lower() not in _NO_NAME for word in words)
    )


def _trimmed(start: int, name: str, certainty: int) -> Iterator[Span]:
    """The name without words that are none at its ends."""
    words = list(re.finditer(r"\S+", name))
    while words and words[-1][0].lower().strip(".'’") in _NO_NAME:
        words.pop()
    if not words or words[0][0].lower().strip(".'’") in _NO_NAME:
        return
    end = words[-1].end()
    possessive = re.search(r"['’]s$", name[:end])
    yield Span(start, start + end - (2 if possessive else 0), "name", certainty)


def _lower(start: int, name: str) -> Iterator[Span]:
    """A name that its owner writes in lower case: the words until one that is no name."""
    end = 0
    for match in re.finditer(r"\S+", name):
        if match[0].lower().strip("'’") in _NO_NAME or (end and len(match[0]) < 2):
            break
        end = match.end()
    if end:
        possessive = re.search(r"['’]s$", name[:end])
        yield Span(start, start + end - (2 if possessive else 0), "name", 52)


def _lower_self(match: re.Match[str]) -> Iterator[Span]:
    first = match["name"].lower()
    if first in GIVEN and first not in AMBIGUOUS:
        more = match["more"]
        long = more and (more[0].isupper() or False) and more.lower() not in _NO_NAME
        yield Span(match.start("name"), match.end("more" if long else "name"), "name", 51)


def _known(start: int, name: str) -> Iterator[Span]:
    """A capitalised given name with what follows it."""
    words = list(re.finditer(r"\S+", name))
    for index, word in enumerate(words):
        given = word[0].lower()
        alone = index == len(words) - 1
        if given not in GIVEN or word[0].isupper() or (alone and given in AMBIGUOUS):
            continue
        yield from _trimmed(start + word.start(), name[word.start() :], 50)
        return

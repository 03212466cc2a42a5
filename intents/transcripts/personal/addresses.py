"""Where people live, in Latin letters: English and the usual European ways of writing a street address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.postal import find_postal
from intents.transcripts.personal.span import Span, joined

_UP, _LOW = (
    "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽ",
    "a-zß-öø-ÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž",
)
_CAP = rf"[{_UP}][{_UP}{_LOW}'’.-]+"
_TYPES = (
    r"street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|court|ct|close|cl|way|place|pl|square|sq|terrace|terr|crescent|cres|boulevard|blvd|"
    r"parkway|pkwy|highway|hwy|gardens?|gdns|grove|row|walk|mews|hill|park|quay|circle|cir|trail|view|rise|parade|circus|wharf|green|"
    r"loop|alley|bend|path|pike|plaza|turnpike|esplanade|heights|meadows?|fields?|vale|wynd|gate|yard|broadway|crossing|ridge|spur|brae|bank|drove|causeway|promenade|strand|embankment|approach|link|chase|copse|croft|dene|end|mount|villas?"
)
_SURE = r"street|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|crescent|cres|terrace|square|parkway|pkwy|highway|hwy|mews|grove|gardens?|close|court|quay|wharf"
_NOT_STREET = (
    r"is|are|was|were|on|in|of|its|to|for|the|and|or|a|an|my|your|it|this|that|from|at|by|per|i|you|we|they|not|no|off|more|other|new|long|short|"
    r"down|up|euros?|pounds?|dollars?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|times?|items?|pieces?|pairs?|people|stars?|percent|kg|cm|mm|km|am|pm|x|more|left|working|business|each|every|one|two|half|any|all|this|per|to|which|what"
)
_INNER = rf"(?!(?:{_NOT_STREET})\b)(?:\d{{1,3}}(?:st|nd|rd|th)|[{_UP}{_LOW}][\w'’.-]*)"
_UNIT = (
    r"(?i:(?:flat|blk|bte|apt\.?|apartment|apto\.?|appt\.?|unit|suite|ste\.?|room|rm\.?|floor|block|blk|building|bldg\.?|gate|door|tower|level|lot|plot|villa|house|studio|stairs?|staircase|entrance|interno|int\.?|scala|apto\.?|bus|box|esc\.?|piso|planta|"
    r"wohnung|whg\.?|hinterhaus|vorderhaus|appartement|étage|m\.|lok\.|byt|phase|sector|dept\.?|dpt\.?|no\.?|nº|#)\s?#?(?:[a-z](?![a-z])|\d{1,4})?[a-z]?(?:[-/]?\d{1,4})?(?![\w])"
    r"|\d{1,3}(?:st|nd|rd|th|º|ª|e|\.) ?(?:floor|fl|étage|piso|og|stock|esq\.?|dto\.?|dcha\.?|izq\.?|tv\.?|th\.?|mf\.?|[a-d])(?!\w)|[A-Z]-\d{1,4}(?=,)|(?:top|ground|first|second|third|fourth|basement|lower|upper) (?:flat|floor)|c/o [\w ]{2,20}|hinterhaus|vorderhaus|[a-z]\d{1,3}(?=,)|\d{1,3}/f(?!\w)|#\d{1,3}-\d{1,4})"
)
_HOUSE = rf"(?:{_CAP} ){{1,3}}(?:House|Court|Cottage|Lodge|Villas?|Tower|Towers|Building|Mansions?|Apartments?|Manor|Farm|Hall|Heights|Residences?|Point|Wharf|Place|Centre|Center|Business Park|Mill|Barn|Vicarage|Rectory|Residency|Grange|(?:Trading |Industrial |Retail )?(?:Estate|Park)|Arcade|Mall|Stables|Quarters|Estate|Complex|Gardens)"
_POST = r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2}\.? \d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}(?![A-Za-z])|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d{2} ?[A-Z0-9]{4}|\d{4}-\d{3}|\d{3}-\d{4}|\d{2}-\d{3}|\d{3} \d{2}|(?:[A-Z]{1,2}-)?\d{4,6}|[A-Z]{2,3})(?![A-Za-z\d])"
_STOP = r"(?!(?:Please|Thanks|Thank|I|My|Can|Could|Order|The|Call|And|Hi|Hello|Phone|Tel|Mobile|Email|Name|It|Its|We|He|She|They|You|But|Not|Is|Why|When|Where|How|Ring|Leave|Nobody|Tracking|Parcel|Ref)\b)"
_TOWN = rf"{_STOP}{_CAP}(?:[ -](?:upon|on|the|of|am|an|der|la|de|del|le|sur|{_CAP}|[{_UP}](?![{_UP}{_LOW}.]))){{0,3}}(?: \d{{1,2}}(?![\w-]))?"
_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?![A-Za-z\d])"
_LOWER_TOWN = rf"[{_LOW}]{{3,}}(?: [{_LOW}]{{3,}})?(?= (?:{_UK}|\d{{5}}\b)|\s*[.!?,;]|\s*$)"
_TAIL = (
    rf"(?:\s*[,\n]\s*(?:{_UNIT}))*"
    rf"(?:\s*[,\n]\s*(?:{_POST} {_TOWN}|{_TOWN},? {_POST}|{_POST}|{_TOWN}(?: {_UNIT})?|\d{{4,5}} {_LOWER_TOWN}|{_LOWER_TOWN})(?![A-Za-z])){{0,5}}"
    rf"(?:,? {_TOWN},? (?:{_UK}|[A-Z]{{2}} \d{{5}})|,? (?:- )?\d{{4,5}} (?:{_TOWN}|{_LOWER_TOWN})|,? [{_LOW}]{{3,}}(?: [{_LOW}]{{3,}})? [a-z]{{2}} \d{{5}}(?!\d)|[ ,]+{_POST})?"
    rf"(?: in {_TOWN}(?![A-Za-z]))?"
)
_NUMBER = r"\d{1,5} ?[A-Za-z]?(?:[-/–]\d{1,4} ?[A-Za-z]?)?"
_DIRECTION = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)"
_HEAD = rf"(?:(?:{_UNIT}|(?:\d{{1,4}} )?{_HOUSE}|Hotel {_CAP})\s*[,/]?\s+){{0,4}}"
_ENGLISH = rf"(?<![\w/-])(?<!\d[.,]){_HEAD}{_NUMBER},? (?:{_DIRECTION}\.? )?(?:{_INNER} ){{1,4}}(?i:{_TYPES})\b\.?(?: {_DIRECTION}\b)?(?:,? {_UNIT})?{_TAIL}"
_NAMED_HOUSE = rf"(?<![\w/-])(?:The )?(?:{_UNIT}|{_HOUSE})(?:\s*,?\s+(?:{_UNIT}|{_HOUSE})(?=\s*,)){{0,3}}\s*,?\s+(?:{_NUMBER} )?(?:{_CAP} ){{1,3}}(?i:{_TYPES})\b\.?{_TAIL}"
_NO_TYPE = rf"(?<![\w/-]){_HEAD}{_NUMBER} (?:{_CAP} ?){{1,3}}(?:,\s*{_TOWN})?,?\s+{_UK}"
_PREFIXES = (
    r"rue|avenue|av\.?|boulevard|bd\.?|place|chemin|allée|impasse|quai|cours|route|calle|c/|avda\.?|avenida|plaza|paseo|carrer|camino|via|viale|piazza|corso|largo|vicolo|rua|r\.|travessa|praça|"
    r"ulica|ul\.?|aleja|al\.|os\.|plac|pl\.|ulice|náměstí|nám\.|strada|str\.|bulevardul|jalan|jl\.|lorong"
)
_LINKS = r"d['’][\w]+|l['’][\w]+|de|del|della|dell['’]\w+|di|da|das|do|dos|des|du|la|las|los|le|les|el|al|św\.|sw\.|gen\."
_PREFIXED = rf"(?<![\w-])(?:{_HEAD})(?:\d{{1,4}}(?: ?bis| ?ter)?,? )?(?i:{_PREFIXES}) (?:(?i:{_LINKS}) )*{_CAP}(?: (?:{_LINKS}|{_CAP}))*(?:,? (?:n[º°.]? ?)?\d{{1,4}} ?[A-Za-z]?(?:[-/]\d{{1,4}}[A-Za-z]?)?(?![\w]))?{_TAIL}"
_SUFFIXES = (
    r"straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig|markt|chaussee|straat|laan|gracht|plein|kade|dijk|singel|steeg|hof|dreef|pad|"
    r"gade|vej|plads|allé|gatan|vägen|gata|veien|gate|katu|tie|kuja|utca|tér|caddesi|cad\.|sokak|sok\."
)
_LOWER_FORMS = rf"(?<![\w-])\d{{1,4}}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|quai) (?:(?:{_LINKS}) ){{0,2}}[{_LOW}'-]{{3,}}(?: [{_LOW}'-]{{3,}})?(?=[,.\n]|$){_TAIL}|(?<![\w-])[{_LOW}]{{3,}}(?:straße|strasse|allee|gasse|platz|straat|gracht|laan|gatan|vej) \d{{1,4}} ?[a-z]?(?![\w]){_TAIL}"
_SUFFIXED = rf"(?<![\w-]){_HEAD}(?:{_CAP}[ -]){{0,2}}(?:[{_UP}][\w'’.-]*|(?<= )[{_LOW}][\w-]+)?(?:{_SUFFIXES}|(?<= )(?:Gracht|Straat|Weg|Laan|Platz|Allee|Plein|Kade|Gasse|terrasse|alle)) \d{{1,4}} ?[A-Za-z]?(?![A-Za-z\d])(?:[-–/ ]{{1,3}}(?:\d{{1,4}}[A-Za-z]?|[IVX]+|bis|hs|huis)\b)?{_TAIL}"
_WITH_POST = rf"(?<![\w-])(?:{_CAP} ){{1,3}}\d{{1,4}} ?[A-Za-z]?(?:[-/]\d{{1,4}})?(?:\s*,\s*(?:{_UNIT}|[\w.º]{{1,5}}(?: [\w.º]{{1,4}})?)){{0,2}}\s*[,\n]\s*(?:\d{{4,6}}|\d{{2}}-\d{{3}}|\d{{3}} \d{{2}}|\d{{4}} ?[A-Z]{{2}}) {_TOWN}(?:, {_TOWN})?"
_AT = rf"(?:(?<=at )|(?<=to )|(?<=is )|(?<=in ))\d{{1,4}}[A-Za-z]? (?:{_CAP} ){{0,2}}{_CAP}, {_TOWN}(?![A-Za-z])"
_PART = rf"(?:#?\d[\w/.º-]*|{_CAP}|[A-Z]{{1,3}}(?![A-Za-z])|(?i:of|the|de|del|la|le|les|des|di|da|do|dos|van|von|der|den|am|an|upon|on|st|flat|apt|unit|floor|block|house|suite|room|building))"
_CUED = re.compile(
    rf"(?:\b(?i:address(?:es)?(?: is| are| was|:| changed to| should be| to)?|deliver(?:ed|y)?(?: it)? to|ship(?:ped|ping)?(?: it)? to|send(?: it| them)? to|sent to|lives? at|living at|moved? to|located at|"
    rf"pick(?:ed)? ?up (?:from|at)|collect(?:ion)? from|home is|house is|flat is|property is|stay(?:ing)? at|posted to|bill to|addr:?|installed at|come to|leak at|outage at|meter at))[: ]+"
    rf"(?P<place>{_PART}(?:(?:,? ?\n?|[ /-]){_PART}){{1,14}})"
)
_GRID = rf"(?<![\w/-])(?:{_UNIT}\s*,\s*)*(?i:house|villa|plot|flat|building|bldg|block|sector|phase|lane|road|street|avenue|gate|zone|door|unit)\.? (?i:no\.? ?)?\d{{1,4}}[A-Za-z]?(?:\s*,\s*(?i:road|street|block|sector|phase|lane|avenue|zone|gate|cross|main) ?(?i:no\.? ?)?\d{{1,3}}[A-Za-z]?){{1,3}}(?:\s*,\s*{_TOWN}){{0,3}}"
_UNIT_AND_HOUSE = rf"(?<![\w/-])(?:{_UNIT}\s*,\s*){{1,3}}{_HOUSE}(?:\s*,\s*{_TOWN}){{1,3}}"
_BOX = rf"\b(?i:p\.? ?o\.? box|postbus|postfach|apartado) \d{{1,6}}{_TAIL}"
_FORMS = tuple(
    re.compile(form)
    for form in (
        _ENGLISH,
        _NAMED_HOUSE,
        _NO_TYPE,
        _PREFIXED,
        _SUFFIXED,
        _LOWER_FORMS,
        _AT,
        _WITH_POST,
        _GRID,
        _UNIT_AND_HOUSE,
        _BOX,
    )
)

_UNITS = re.compile(_UNIT)
_LEADING_UNITS = re.compile(rf"(?<![\w/-])(?:{_UNIT}\s*,\s*)+$")


def find_addresses(text: str) -> Iterator[Span]:
    """Street addresses in the text; a town or a postcode by itself is none."""
    found: list[tuple[int, int]] = list(find_postal(text))
    for form in _FORMS:
        for match in form.finditer(text):
            value = match[0].rstrip(" ,.\n")
            if re.search(r"\d", value) and re.search(r"[^\W\d_]{3}", _UNITS.sub("", value)):
                found.append((match.start(), match.start() + len(value)))
    for match in _CUED.finditer(text):
        place = match["place"].rstrip(" ,.")
        if (
            re.search(r"\d", place)
            and re.search(r"[^\W\d_]{3}", place)
            and re.match(r"#?\d|(?i:flat|apt|unit|block|room|suite|house|floor|building)", place)
        ):
            found.append((match.start("place"), match.start("place") + len(place)))
    for start, end in joined(text, found, r"\s*,\s*"):
        before = _LEADING_UNITS.search(text, 0, start)
        yield Span(before.start() if before else start, end, "address", 72)

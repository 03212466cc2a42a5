"""Given names and Chinese surnames that are rarely anything else."""

from __future__ import annotations

import pkgutil
import re
from functools import lru_cache
from importlib import import_module
from unicodedata import combining, normalize

from intents.transcripts.personal.world_names import GIVEN, SURNAMES_OF_THE_WORLD

_FIRST = (
    "first_names",
    "first_names_male",
    "first_names_female",
    "first_names_unisex",
    "first_romanized_names",
)
_LAST = ("last_names", "last_names_male", "last_names_female", "last_names_unisex", "last_romanized_names")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ'’-]{2,}")


def plain_letters(word: str) -> str:
    """The word without accents: Siobhán is Siobhan."""
    return word if word.isascii() else "".join(one for one in normalize("NFKD", word) if not combining(one))


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Given names of eighty countries in Latin letters, lower case: ours and those that Faker collects."""
    return _GIVEN | GIVEN | _collected(_FIRST)


@lru_cache(maxsize=1)
def common_given_names() -> frozenset[str]:
    """Given names that are frequent in English-speaking countries, lower case."""
    return _GIVEN | _collected(_FIRST, only=("en_GB", "en_IE", "en_US", "en_IN"))


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Surnames of eighty countries in Latin letters, lower case, as Faker collects them."""
    return SURNAMES_OF_THE_WORLD | _collected(_LAST)


def _collected(attributes: tuple[str, ...], *, only: tuple[str, ...] = ()) -> frozenset[str]:
    import faker.providers.person as people

    found: set[str] = set()
    for module in pkgutil.iter_modules(people.__path__):
        if only and module.name not in only:
            continue
        provider = import_module(f"{people.__name__}.{module.name}").Provider
        for attribute in attributes:
            names = getattr(provider, attribute, ())
            if not isinstance(names, property):
                found.update(plain_letters(name.lower()) for name in names if _LATIN.fullmatch(name))
    return frozenset(found)


_GIVEN = frozenset(
    """
    kev del baz gaz deb debs trish steph jess jen mel nat ollie tash kath lexi vic jo jon davey mick micky paddy seb zak zac liv izzy ellie millie tilly
    raj stu bex shaniqua kayleigh tanisha lakshmi deepika suresh ramesh anjali
    aaron abdul abigail adam adrian agnes ahmed aidan aisha alan albert alejandro alessandro alex alexander alexandra
    alfie alice alicia alina alison amanda amelia amina amir amy ana anastasia andre andrea andreas andrew andrzej angela
    angus anika anita anja anna anne annika anthony antoine antonio anya aoife arjun arthur astrid audrey ayesha aysha
    barbara bart bas beatrice beatriz ben benjamin bernard beth bethany bianca bjorn björn boris brandon brenda brian
    bridget bruno caitlin camille carl carla carlos carmen carol caroline catherine cathy cecilia chantal charles
    charlie charlotte chen chiara chloe chris christian christina christine christopher ciara claire clara claudia colin
    connor craig cristina cynthia daan daisuke daniel daniela daniele danielle darren dave david deborah deepa deepak
    deirdre denise dennis derek diana diego dimitri dmitri dominic dominik donna dorothy douglas duncan dylan ed eddie
    edward eileen elaine eleanor elena elias elif elise elizabeth ella ellen elliot emily emma emre eoin eric erica erik
    erin esther ethan eva evelyn ewan fatima fatma federico felix femke fernando fiona florian francesca francesco
    francis françois frank franziska fred freya gabriel gareth gary gemma geoff george georgia gerald gillian giorgio
    giovanni giulia gloria gordon graham greta guillaume gustavo hamza hana hannah hans harriet harry hassan heather
    heidi helen helena henrik henry hiroshi howard hugh hugo ian ibrahim ines ingrid irene isabel isabella isabelle
    ivan jacob jacqueline jake jakub james jamie jan jana jane janet janine jasmin jasmine jason jean jeff jennifer
    jenny jeremy jeroen jessica jill jim jimmy joan joanna joanne joao joão joe joel johan johann johanna johannes john
    jonas jonathan jordi jorge jose josé joseph josh joshua joyce juan judith julia julian julie jürgen justin kamal kai
    karen karim karin karl kasia katarzyna kate katharina katherine kathleen kathryn katie katja kayla keith kelly ken
    kenji kenneth kerry kevin khadija kieran kimberly kirsten klaus kofi krzysztof kwame kyle lars laura lauren laurent
    leila len lena leo leon leonardo leonie leticia lewis liam lieke lina linda lisa lorenzo louise luca lucas lucia lucy
    luigi luis luke lukas lydia mads magda magdalena maja malik manuel marc marco marcus margaret maria marie marieke
    marija mario marjan marta martha martin martina mary mateusz mathias matt matteo matthew matthias maureen maurice
    max maya megan mehmet mei melanie melissa mia michael michał michel michelle miguel mike milan mohamed mohammed
    muhammad molly monica monika morgan mustafa nadia naomi natalia natalie natasha nathan neha neil niall niamh
    nicholas nick nicola nicolas nicole niels nigel nikhil nikolai nina noah noor nora norman olga oliver olivia omar
    oscar owen pablo padraig pamela paola paolo patricia patrick paul paula paulo pavel pedro peggy penelope peter
    petra phil philip philippe phoebe pierre piotr pooja priya rachel raj rajesh ralph raquel ravi raymond rebecca
    renata ricardo richard rita rob robert roberto robin rodrigo roger roisin roland ronald ronan rosa rosie ross rowan
    roy ruben rupert russell ruth ryan sabine sadia sally sam samantha samir samuel sandeep sandra sanjay sanne sara
    sarah sasha scott sean sebastian sergei sergio seán shane shannon sharon sheila shirley siân siobhan simon simone sinead
    sofia sonia sophia sophie stacey stefan stefanie stephanie stephen steve steven stuart sunita susan susanne sven
    svetlana sylvia tamara tania tanya tariq teresa terry theo theresa thijs thomas tim timothy tina tobias tom tomas
    tomasz toni tony tracey tracy trevor ursula valentina valerie vanessa vera verena veronica vicky vijay vikram
    vincent virginia vivian vladimir walter wanda wendy werner wilhelm william winston wojciech wouter xavier yasmin
    yolanda yuki yusuf yvonne zainab zara zoe zofia zsófia tomás maeve orla saoirse cian oisín conor declan grainne
    bram joost maarten pieter willem sander tess fleur imran bilal farah layla nasser salma yara chidi ngozi adaeze
    chinedu amara kwesi ama tunde folake sipho thabo lerato hiroko akira haruto sakura minh linh thu huong duc nguyen
    xiaoming jiahui weiwei yifan mingyu junjie haoran
    """.split()
)
"""Given names in lower case that are frequent in English-speaking countries' chats."""

AMBIGUOUS = frozenset(
    """
    abbey alabama alexandria alpha amber america among angel angeles april arizona art ash asia august aurora austen austin autumn bailey
    bank banks bart basil bat bay beat bee bell bent berlin bill bird black bliss blue boss boston brady branch brand brandy bright
    brook brooklyn brooks brown buck bud buddy burns bush buster butler can candy cannon canyon captain carol case casey cash
    chance charity chase chen chelsea cherry chester china chip christian christie christmas clay clement cleveland cody
    columbia comfort con constant cook cool cooper coral crystal cuba daisy dakota dale dallas dawn day dean delta denver dell destiny
    diamond dick doctor doll dolly don dot dove dow drew duke early earl easter eden edison ed edit else emerald essence eve ever
    faith fancy fares felicity fern flora florence florida floor ford forest fox forum france frank franklin french friend fry gale gem
    general genesis georgia german ginger glen gloria glory golden grace grand grant gray green greet grey gun guy hall ham hamilton
    handy hank hans harbor harbour harm harmony haven hazel heath heather heaven henna hill holly honey hope houston hunt hunter
    imperial india iris ireland iron israel ivory ivy jack jackson jade jail jan jasmine jasper jean jersey jesus jet jewel job joe jordan joy judge jules julie july june junior
    justice kali kansas ken kent kenya kick kim kind king kingston kit lady lake lance lane law lawyer lee lemon less levi liberty lily lincoln
    linden link lion lisa little logan london long lot lotus louis love low lucky lux madison maggie magic magnolia main major male man manila manor maple
    mar march marina marine mark market mars marvel mason master mat max maxwell may maya mayor media melody memphis mercedes
    mercy merit merry metro mia milan mile miles miller min mini mint minor miracle miranda miss mist modern modesto montana moon morgan
    more my na nature ned nelson nevada new nice noble noel nor norman north novel oak ocean odd olive olympia opal orange orchid orlando otter page
    paige palm pam pansy paradise paris park parker pat patience paul peace pearl peg penny pepper per perry pet petal pet phoenix pink plaza pleasant pol poppy
    porter power precious premier presley price prince princess pro promise queen quick quinn rain rainbow raja ray real reason red reed regan reno rich
    richmond ridge ring river rob robin rock rocky roll roman rome romeo rose rosemary roy royal ruby rush russell rusty sable sad sage
    said saint sal salem sally sam sand sandy santa santos savannah scarlet scout sea season serena serenity server seven shade shane shell sherry shy sierra silver
    sing sir siri sister skip sky smith sol sole solo son soul south spark spencer spring stan star sterling stone storm sue summer sun sunday sunny
    sunshine sydney tab tad tag taj tan tank tate tax taylor tea ted tennessee terra terry texas thai theory theta tide tiger tile till tim time tiny
    titan tone tony top topaz toy trace track trail trent trinity trip trot trout troy true truth turner ty unique universe uno us valencia valor van venus
    vera vesta victor victory vienna viking villa vine vino viola violet virgin virginia vista wade wage walker wall walt warren wash washington watt waves
    way web wed well wells west wheeler white will willow wing winner winter winston wolf wood woods wren york young yes zen zero zion zone
    loan lily kai ama thu duc bas noor rosa tess art robin rowan milan josh max
    """.split()
)
"""Given names and surnames that are also words or places: they need words around them that say they are names."""

THINGS = frozenset(
    "amber angel crystal daisy dawn eve faith fern ginger gloria hazel heather holly hope iris ivy jade jasmine jasper jewel joy lily melody "
    "olive pearl penny poppy rosemary rose ruby sage sandy scarlet sherry violet viola willow stella victor mini max".split()
)
"""Of those, colours, plants and what products are called: a capital alone does not make them people."""

PINYIN_SURNAMES = frozenset(
    "zhang wang li zhao chen liu yang huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su "
    "jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan lei qian "
    "yin yi chang qiao lai gong ouyang".split()
)
"""Chinese surnames in Latin letters."""

CAPITALISED = frozenset(
    """
    amber angel art bill bob brandy carol casey chip christian christie chuck clay cody crystal daisy dale dawn dean don dot drew duke earl ed
    eve faith fern frank gene ginger glen gloria grace grant guy hank hazel heath heather holly hope hunter iris ivy jack jade jasmine jasper jay jean
    jewel joe josh joy jude jules julie kay ken kit lance lee leo lily lisa lou mac maggie mark mason max melody mia miles miranda morgan nelson noel
    norman olive olivia paige pat patience paul pearl peg penny phil poppy quinn randy ray reed rex rich rob robin roman romeo rosa rosemary ross rowan roy ruby
    rusty sage sally sam sandy scarlet shane sherry stan stella sterling sue ted terry tess tim tom tony trent troy vera victor viola violet wade walt
    warren will willow winston
    """.split()
)
"""Of those, the ones that are mostly people when somebody writes them with a capital inside a sentence."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦"
    "邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪"
    "梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧薑鐘鍾譚陸範廖賈韋鄒閻段龍賀顧龔萬錢嚴賴溫湯莊關蘭麥齊黎喬龐顏倪聶齊殷歐耿焦紀項連蘆婁竇戰遊畢單霍塗莫"
)
"""Chinese surnames of one character."""

DOUBLE_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "长孙", "宇文", "端木", "南宫", "申屠",
    "濮阳", "公冶", "澹台", "轩辕", "闻人", "赫连", "钟离", "宗政", "太史", "仲孙", "独孤", "拓跋", "呼延", "鲜于", "司空", "百里", "东郭", "西门",
)  # fmt: skip

NO_NAME = frozenset(
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
    january february march april may june july august september october november december mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep oct nov dec
    english german french spanish dutch chinese italian polish turkish arabic swedish finnish irish british american european
    cyber street road avenue lane london paris berlin amsterdam dublin rotterdam england ireland germany france spain calvin klein rosemary jasmine europe
    uk usa us eu faq ups dhl dpd usps fedex gls evri hermes royal mail klarna ideal mastercard amex maestro hr it ceo pdf url sms
    spelt spelled wrongly misspelled correct incorrect different changed printed mr mrs ms miss dr prof sales
    i'm im aud swift outta dirty alexa texas tesco aldi lidl asda netflix spotify vodafone ebay etsy zalando ikea argos currys airbnb uber ryanair easyjet lufthansa hsbc barclays revolut monzo wise stripe paypal klarna bosch siemens sony dell lenovo nokia
    iban bic swift otp vat usd eur gbp sim esim kyc caller client patient guest passenger driver nurse user visitor member tenant policyholder cardholder sender recipient lord pepper china something god um saved placed accountant tried else cheers hiya best yours sincerely greetings love apologies welcome goodbye many bye agent speak ask spoke told tell both
    billing technical reception warehouse assistance morning afternoon evening night both either neither old pm
    passport passports licence license policy invoice ticket booking address postcode delivered regards lead title junior ltd gmbh sent
    sirs merci danke gracias ciao bonjour hola hallo add post made par i'll i've i'd you'll we'll windy ah oh uh um business love hotel flamingo cloudy noted received attached enclosed kindly
    basel zurich geneva perth melbourne brisbane canberra hobart darwin auckland toronto vancouver montreal ottawa calgary edmonton winnipeg quebec glasgow edinburgh aberdeen dundee inverness
    cardiff swansea newport belfast cork galway limerick waterford leeds sheffield bradford manchester liverpool birmingham bristol nottingham leicester coventry hull newcastle sunderland
    southampton portsmouth plymouth exeter oxford cambridge norwich ipswich brighton swindon mumbai delhi bangalore bengaluru chennai kolkata hyderabad pune ahmedabad jaipur lucknow surat nagpur
    goa kochi singapore jakarta bangkok hanoi seoul tokyo osaka kyoto beijing shanghai shenzhen guangzhou hangzhou chengdu taipei kowloon dubai doha riyadh jeddah muscat cairo lagos abuja
    accra nairobi mombasa kampala kigali harare lusaka durban pretoria johannesburg soweto chicago atlanta seattle portland miami tampa detroit philadelphia baltimore pittsburgh cincinnati
    indianapolis milwaukee minneapolis nashville tulsa omaha albuquerque tucson sacramento oakland munich hamburg cologne frankfurt stuttgart dusseldorf leipzig dresden hanover bremen graz
    salzburg innsbruck bern lausanne brussels antwerp ghent bruges luxembourg lyon marseille bordeaux toulouse nantes lille strasbourg madrid barcelona seville bilbao malaga lisbon porto naples
    turin bologna venice palermo genoa athens thessaloniki istanbul ankara izmir warsaw krakow gdansk prague brno bratislava budapest bucharest zagreb belgrade ljubljana copenhagen aarhus oslo
    stockholm gothenburg helsinki tampere tallinn riga vilnius kyiv lviv moscow reykjavik utrecht eindhoven groningen haarlem
    """.split()
)
"""Words, capitalised or not, that are never the beginning of a name."""

"""Given names and Chinese surnames that are rarely anything else."""

from __future__ import annotations

GIVEN = frozenset(
    """
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
"""English and European given names in lower case, without those that are common words (Will, Mark, May, Grace)."""

AMBIGUOUS = frozenset("jan max ken rob ross tess sally roy art bart robin rowan morgan kai chen ama thu duc bas milan georgia virginia "
                      "chelsea jordan florence austin paris sam josh ed noor rosa daisy lisa".split())  # fmt: skip
"""Of those, the ones that need words around them that say they are names."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦"
    "邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪"
    "梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
"""Chinese surnames of one character."""

DOUBLE_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "长孙", "宇文", "端木", "南宫",
)  # fmt: skip

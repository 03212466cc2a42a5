"""The words around a number that say what kind of number it is: "my order number is", `快递单号：`, "(pesel)"."""

from __future__ import annotations

import re

_NUMBER = r"(?:numbers?|nos?\.?|nrs?\.?|nums?|codes?|ids?|refs?|reference|#)"
_CUES = {
    "iban": r"\biban\b",
    "id_number": r"\b(?:passports?|ssn|social (?:security|insurance)|national insurance|ni (?:no|number)|nino|driver'?s? licen[cs]e|driving licen[cs]e|licen[cs]e (?:no|number)|"
    r"national id(?:entity)?|identity(?: card| number| document)?|(?<!reservation )(?<!booking )(?<!order )(?<!ticket )(?<!customer )id(?: card| number| no| doc)?|bsn|dni|nie|nif|pesel|pps(?:n| number)?|cpf|curp|aadhaar|pan number|nric|fin number|emirates id|iqama|"
    r"tax (?:id|number|file number)|taxpayer|steuer-?(?:id|nummer)|nhs|medicare|health (?:card|insurance|number)|insurance card|residen(?:ce|t) (?:permit|card)|permit|visa (?:no|number|grant)|personal(?: id)? number|"
    r"personnummer|personalausweis|ausweis|codice fiscale|carte vitale|green card|dl (?:no|number)|voter(?:'s)? (?:id|card)|birth number|rodne cislo|sin\b|tfn|ein|utr)\b|"
    r"身份证|证件号?|护照|身[份分][證証]|[證証]件|護照|駕照|健保卡|居留證|回鄉證|驾驶证|驾照|驾驶证号|通行证|社保[号卡]|医保[号卡]|居住证|居留证?|永居证?|军官证|身份号|户口|学籍号|学生证|学号|准考证|档案编号|信用代码|老年证|残疾证|结婚证|出生证|签证号|回乡证|台胞证|税号",
    "card": r"\b(?:credit|debit|visa|mastercard|amex|american express|maestro|unionpay|bank) ?cards?\b|\bcards? " + _NUMBER
    + r"|\b(?:visa|mastercard|amex|maestro|pan|debit|credit)\b|\b(?:my|new|old|expired|other|this|the) cards?\b|信用卡|銀行卡|卡號|银行卡|储蓄卡|借记卡|卡号|[工农建招交中]行卡|全号",
    "tracking_number": r"\b(?:track(?:ing|ed)?|trackers?|waybills?|way ?bill|consignment|awb|airway bill|shipment|parcels?|packages?|courier|shipping|letter|"
    r"dhl|ups|fedex|usps|dpd|gls|evri|hermes|royal mail|postnl|yodel|tnt|an post|airmail|post office|colissimo|pod|proof of delivery|depot|correos|inpost)\b|"
    r"(?:顺丰|圆通|中通|申通|韵达|极兔|德邦|京东|邮政|百世|安能|跨越|丰网|菜鸟|ems|dhl|快递|快遞|物流|包裹)(?:快递|速递|速运|快运|物流)?的?(?:订单|运单|面单|单|包裹)号码?|快递(?:单)?|快遞|運單|运单|物流|包裹|面单|货运|顺丰|圆通|中通|申通|韵达|极兔|德邦|京东快递|邮政|百世|安能|跨越|丰网|菜鸟|ems|取件(?!码)|派件|派送",
    "order_number": r"\b(?:orders?|purchase|po(?! ?box)|booking|bookings|reservation|confirmation|invoices?|receipts?|ref(?:erence)?s?|cases?|tickets?|rma|agreement|loan|policy|policies|"
    r"dispute|fine|penalty|pcn|application|subscription|docket|incident|service request|work order|job|pnr|locator|record locator|folio|docs?|statement|"
    r"returns?|transactions?|claims?|complaint|enquiry|inquiry|refund|request|quotes?|quotation|contract|account (?:no|number|id)|tour|event|delivery note|"
    r"customer (?:no|number|id)|member(?:ship)? (?:no|number|id))\b|"
    r"订单|訂單|單號|發票|預約|工單|合約|单号|工单|交易号?|流水|退货|退款|售后|预约|预订|服务单|报修|发票号?|[案单票箱]号|合同|编号|会员号|客户号|案件|受理|票号?|备注|团号?|旅游团|保单|确认[号码]|发票代码|报案号?|服务单|[\u4e00-\u9fff]单|case|订购号|商户号|凭证|参考号|参考编号",
    "phone": r"\b(?:(?:tele)?phones?|tel|mobile|cell(?:phone|ular)?|call(?:ed|ing)?|ring|text(?:ed)?|sms|whatsapp|fax|landline|"
    r"reach (?:me|him|her|us)|contact(?: me)?|dial(?:led)?|mob|ph|viber|telegram|signal|(?:her|him|me|us|them|\w{3,}) on)\b|"
    r"电话|電話|手機|聯絡|聯繫|手机|座机|联系(?:方式|我)?|号码|拨打?|打给?|来电|短信|微信|致电|回电|热线|分机|tel|☎|📞|老婆的号|的号",
    "plate": r"\b(?:(?:number|licen[cs]e|registration) ?plates?|plates?|reg(?:istration)?(?:,? " + _NUMBER + r")?|vehicles?|my car|car|van|lorry|truck|"
    r"moto(?:rbike|rcycle|r)?|scooter|trailer|taxi|cab|parked|parking|charger|toll|garage|towed|clamped|barrier|insured|mot|rego|tag|bay|driving|drives|registered|ulez|congestion charge|bumper|tesla|toyota|ford|bmw|audi|vw|golf|honda|kia|hyundai|nissan|mazda|volvo|skoda|seat|fiat|peugeot|renault|citroen|opel|vauxhall|mercedes|polo|civic|fiesta|focus|yaris|kenteken|kennzeichen|targa|matrícula|immatriculation)\b|车牌|車牌|车号",
    "none": r"\b(?:models?|sku|items?|products?|articles?|parts?|error|versions?|firmware|serial|size|price|costs?|paid|meter(?: point)?|gift (?:card|code)|access code|"
    r"vouchers?|coupons?|promo(?:tion)?|discount|postcode|zip|pin|room|page|year|ean|barcode|isbn|asin|batch|lot|imei|mac|colou?r|flight|gate|seat|expires?|exp)\b|"
    r"型号|货号|商品(?:编号|号|id)?|sku|款号|序列号|错误|报错|(?<!发票)代码|优惠码|验证码|条码|批号|价格|金额|邮编|尺码|版本|尾号|密码|取件码|提货码|航班|色号|口令",
}  # fmt: skip
_CUE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _CUES.items()), re.I)
_AFTER = {
    "id_number": r"(?:,? ?\(?(?:my |the |is |it'?s |as )*(?:\w+ )?(?:passport|pesel|bsn|dni|nie|nif|ssn|licen[cs]e|national id|id card|tax id|personnummer)\b|[，, （(]*(?:是|我的|这个)*(?:身份证|护照|证件))",
    "order_number": r"(?:[,.]? ?\(?(?:that'?s |thats |is |it'?s |that is |this is |on the letter |as )*(?:the |my |our |\"?our |your )?(?:order|case|booking|reference|ref|invoice|claim|ticket|policy|contract)\b|[，, （(]*(?:这个|这)?(?:订单|工单|单子|合并|[这那][一]?[单笔]))",
    "tracking_number": r"(?:[，, ]*[\"“']*(?:is |was |has been |still |shows |says |says )*[\"“']?(?:held at|at (?:the )?depot|forwarded|in transit|out for delivery|on its way|delivered|customs|went to|stuck|hasn'?t moved|not moving|scanned|lost in|exception|returned to sender)|"
    r"[，, （(]*(?:百世|安能|顺丰|圆通|中通|申通|韵达|极兔|德邦|邮政|快递|物流|跨越)|(?:.{0,6})(?:轨迹|物流|快件|派送|签收|揽收|中转|到哪(?!一?步)|送到|运到|派件|显示已|卡在))",
    "plate": r"(?:[,，]? ?\(?(?:is |that'?s )?(?:my |the )?(?:plate|number plate|reg|registration|car)\b)",
}  # fmt: skip
_CUE_AFTER = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _AFTER.items()), re.I)
_WINDOW = 48
_BREAK = re.compile(
    r"(?<!\bno)(?<!\bnr)(?<!\bref)(?<!\btel)(?<!\bmob)(?<!\bph)[.!?。！？;；\n](?=\s|[\u3400-\u9fff])", re.I
)
_FAR = 40


def named_kind(text: str, start: int) -> str | None:
    """The kind that the words before `start` name, the nearest name winning; `none` for what is no personal data.

    None where nothing is named in the same sentence.
    """
    found = _cue_before(text, start)
    return None if found is None else found.lastgroup


def named_after(text: str, end: int) -> str | None:
    """The kind that the words right after `end` name, as in "W-4410277, that's the order"; None for none."""
    match = _CUE_AFTER.match(text, end)
    return None if match is None else match.lastgroup


def is_beside(text: str, start: int, kind: str) -> bool:
    """Whether the name of the kind stands right before `start`, with nothing but "number", "is" or ":" between."""
    found = _cue_before(text, start)
    if found is None or found.lastgroup != kind:
        return False
    between = text[max(0, start - _WINDOW) : start][found.end() :]
    return bool(re.fullmatch(rf"\s*(?:{_NUMBER}|is|was|:|：|，|,|号|是|为|\.|-|\"|#|“|\s)*", between, re.I))


def _cue_before(text: str, start: int) -> re.Match[str] | None:
    window = text[max(0, start - _WINDOW) : start]
    found = None
    for match in _CUE.finditer(window):
        if len(window) - match.end() <= _FAR and not _BREAK.search(window, match.end()):
            found = match
    return found

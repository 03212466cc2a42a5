"""The words before a number that say what kind of number it is: "my order number is", `快递单号：`."""

from __future__ import annotations

import re

_NUMBER = r"(?:numbers?|nos?\.?|nrs?\.?|nums?|codes?|ids?|refs?|reference|#)"
_CUES = {
    "iban": r"\biban\b",
    "id_number": r"\b(?:passports?|ssn|social security|national insurance|ni (?:no|number)|nino|driver'?s? licen[cs]e|"
    r"driving licen[cs]e|national id(?:entity)?|identity (?:card|number|document)|id (?:card|number|no|doc)|bsn|dni|nie|pesel|"
    r"tax id|taxpayer|steuer-?id|nhs|medicare|aadhaar|pan number|residence permit|personal number|my id)\b|"
    r"身份证|证件号?|护照|驾驶证|驾照|通行证|社保[号卡]|居住证|军官证|身份号",
    "card": r"\b(?:credit|debit|visa|mastercard|amex|american express|maestro|unionpay|bank) ?cards?\b|\bcard " + _NUMBER
    + r"|\b(?:visa|mastercard|amex|maestro|pan)\b|\bmy card\b|信用卡|银行卡|储蓄卡|借记卡|卡号|[工农建招交中]行卡",
    "tracking_number": r"\b(?:track(?:ing|ed)?|trackers?|waybill|consignment|awb|shipment|parcel|package|courier|shipping|"
    r"dhl|ups|fedex|usps|dpd|gls|evri|hermes|royal mail|postnl|yodel|tnt|an post|airmail)\b|"
    r"快递(?:单)?|运单|物流|包裹|面单|货运|顺丰|圆通|中通|申通|韵达|极兔|德邦|京东快递|邮政|ems",
    "order_number": r"\b(?:orders?|purchase|po|booking|reservation|confirmation|invoices?|receipts?|ref(?:erence)?s?|case|ticket|rma|"
    r"returns?|transactions?|claims?|complaint|enquiry|inquiry|refund|request|quote|contract|account (?:no|number|id)|"
    r"customer (?:no|number|id)|member(?:ship)? (?:no|number|id))\b|"
    r"订单|单号|工单|交易号?|流水|退货|退款|售后|预约|预订|服务单|报修|发票号|合同|编号|会员号|客户号|案件|受理",
    "phone": r"\b(?:(?:tele)?phone|tel|mobile|cell(?:phone|ular)?|call(?:ed|ing)?|ring|text(?:ed)?|sms|whatsapp|fax|landline|"
    r"reach (?:me|him|her|us)|contact(?: me)?|dial(?:led)?|mob|ph|viber|telegram|signal|on)\b|"
    r"电话|手机|座机|联系(?:方式|我)?|号码|拨打?|打给?|来电|短信|微信|致电|回电|热线|分机|tel|☎|📞",
    "plate": r"\b(?:(?:number|licen[cs]e|registration) ?plates?|plates?|reg(?:istration)?(?: " + _NUMBER + r")?|"
    r"vehicle|my car|van|car is|lorry|truck|kenteken|kennzeichen)\b|车牌",
    "none": r"\b(?:models?|sku|items?|products?|articles?|parts?|error|versions?|firmware|serial|size|price|costs?|paid|"
    r"vouchers?|coupons?|promo(?:tion)?|discount|postcode|zip|pin|room|page|year|ean|barcode|isbn|asin|batch|lot)\b|"
    r"型号|货号|商品(?:编号|号|id)?|sku|款号|序列号|错误|报错|代码|优惠码|验证码|条码|批号|价格|金额|邮编|尺码|版本|尾号|密码",
}  # fmt: skip
_CUE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _CUES.items()), re.I)
_WINDOW = 36
_BREAK = re.compile(r"[.!?。！？;；\n](?=\s|[\u3400-\u9fff]|$)")
_FAR = 28


def named_kind(text: str, start: int) -> str | None:
    """The kind that the words before `start` name, the nearest name winning; `none` for what is no personal data.

    None where nothing is named in the same sentence.
    """
    window = text[max(0, start - _WINDOW) : start]
    pauses = list(_BREAK.finditer(window))
    if pauses and window[pauses[-1].end() :].strip():
        window = window[pauses[-1].end() :]
    found = None
    for match in _CUE.finditer(window):
        if len(window) - match.end() <= _FAR:
            found = match.lastgroup
    return found

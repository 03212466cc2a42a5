-- The demo shop's own orders; actions/orders.py makes shop.sqlite of this. `due` counts in days from today.
CREATE TABLE orders (
    number TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('packing', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', 'returned')),
    items_en TEXT NOT NULL,
    items_zh TEXT NOT NULL,
    due INTEGER NOT NULL
);
INSERT INTO orders VALUES
    ('WB-204817', 'shipped', 'Kestrel D7 espresso machine', 'Kestrel D7 意式咖啡机', 2),
    ('WB-204818', 'packing', 'two Lumen smart bulbs', '两个 Lumen 智能灯泡', 3),
    ('WB-198220', 'delivered', 'Otter R2 robot vacuum', 'Otter R2 扫地机器人', -4),
    ('WB-201334', 'out_for_delivery', 'walnut bedside table', '胡桃木床头柜', 0),
    ('WB-187650', 'returned', 'Tern over-ear headphones', 'Tern 头戴式耳机', -9),
    ('WB-203001', 'cancelled', 'four-slice toaster', '四片面包机', -1),
    ('WB-205502', 'packing', 'three-litre rice cooker and a steamer insert', '3 升电饭煲和蒸笼', 4),
    ('WB-199871', 'delivered', 'standing desk, oak', '橡木升降桌', -12),
    ('WB-204442', 'shipped', 'washing machine, 9 kg', '9 公斤洗衣机', 1),
    ('WB-202916', 'shipped', 'linen duvet cover, 240 × 220', '240 × 220 亚麻被套', 1);

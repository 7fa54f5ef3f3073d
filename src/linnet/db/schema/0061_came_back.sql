-- Addresses from which a signed letter of another server came: by the salt of the day, as visitors are kept.
CREATE TABLE visit_peer (
    visitor BIGINT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- The owner knows better about one single hit.
CREATE TABLE hit_overrule (
    hit_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- The drawer lists the hits of a rule, so the index by site has the rule in it.
DROP INDEX hit_site;
CREATE INDEX hit_rule ON hit (site, rule, id);

-- Codes on leaflets and in newsletters: what a sale brings back where no link could be clicked.
CREATE TABLE coupon (
    id BIGINT PRIMARY KEY,
    word TEXT NOT NULL UNIQUE,           -- as it is compared: folded to small letters
    shown TEXT NOT NULL,                 -- as it was typed
    channel TEXT NOT NULL,               -- of its link, or chosen
    code TEXT NOT NULL DEFAULT '',       -- link that it belongs to, '' for none
    account_id BIGINT NOT NULL,
    since BIGINT NOT NULL,               -- sales before do not count
    ends_at BIGINT,                      -- NULL: goes on
    made_at BIGINT NOT NULL
);
CREATE INDEX coupon_account ON coupon (account_id, id);

-- Who signs with a key: '' by our own header | stripe | woocommerce.
ALTER TABLE hook_key ADD COLUMN shop TEXT NOT NULL DEFAULT '';

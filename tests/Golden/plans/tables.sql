CREATE TABLE bids (
    auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3),
    WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'shape' = 'bids', 'events' = '1000');

CREATE TABLE datagen (
    event_type INT,
    person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR>,
    auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
    bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR>,
    `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` WHEN event_type = 1 THEN auction.`dateTime` ELSE bid.`dateTime` END,
    WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH ('connector' = 'nexmark', 'events' = '1000');

CREATE VIEW person AS
SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state, `dateTime`, person.extra FROM datagen WHERE event_type = 0;
CREATE VIEW auction AS
SELECT auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve, `dateTime`, auction.expires, auction.seller, auction.category, auction.extra FROM datagen WHERE event_type = 1;
CREATE VIEW bid AS
SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, `dateTime`, bid.extra FROM datagen WHERE event_type = 2;

CREATE TABLE flights (
    origin STRING, dest STRING, delay INT, distance DOUBLE, cancelled BOOLEAN, fare DECIMAL(10, 2), departure TIMESTAMP(3),
    WATERMARK FOR departure AS departure
) WITH ('connector' = 'filesystem', 'path' = '/data/flights', 'format' = 'json');

CREATE TABLE counts (origin STRING, starts TIMESTAMP(3), flights BIGINT, delays INT) WITH ('connector' = 'filesystem', 'path' = '/data/counts', 'format' = 'json');
CREATE TABLE m (auction BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), num BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE cheap (auction BIGINT, bidder BIGINT, price DECIMAL(23, 3)) WITH ('connector' = 'print');


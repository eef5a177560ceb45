-- An auction site in a few seconds: bids per ten seconds of event time, made by the built-in Nexmark generator.
--
--   dotnet run -c Release --project src/Cli -- run samples/quickstart.sql

CREATE TABLE bid (
    auction    BIGINT,
    bidder     BIGINT,
    price      BIGINT,
    `dateTime` TIMESTAMP(3),
    WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
    'connector' = 'nexmark',
    'shape'     = 'bids',
    'events'    = '${events:-10000000}',
    'rate'      = '100000'
);

SELECT
    window_start,
    window_end,
    COUNT(*)                                             AS bids,
    SUM(CASE WHEN price >= 10000000 THEN 1 ELSE 0 END)   AS high_bids,
    MIN(price)                                           AS lowest,
    AVG(price)                                           AS average,
    MAX(price)                                           AS highest
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;

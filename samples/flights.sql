-- Real input: flights and summed delay per airport and hour, from a file of JSON lines such as
--   {"ts":"2001-01-01 00:47:00","origin":"DTW","destination":"LAS","delay":66,"distance":1750}
--
--   dotnet run -c Release --project src/Cli -- run samples/flights.sql --set flights=path/to/flights.jsonl

CREATE TABLE flights (
    ts          TIMESTAMP(3),
    origin      STRING,
    destination STRING,
    delay       INT,
    distance    INT,
    WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE
) WITH (
    'connector' = 'filesystem',
    'path'      = '${flights:-../shared/data/flights-20k.jsonl}',
    'format'    = 'json'
);

SELECT
    window_start,
    origin,
    COUNT(*)   AS flights,
    SUM(delay) AS delay_sum
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;

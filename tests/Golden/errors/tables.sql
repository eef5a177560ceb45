CREATE TABLE orders (user_id BIGINT, item STRING, amount DECIMAL(10, 2), placed TIMESTAMP(3), tags ARRAY<STRING>, address ROW<city STRING, zip INT>,
    WATERMARK FOR placed AS placed - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '/orders', 'format' = 'json');
CREATE TABLE users (user_id BIGINT NOT NULL, name STRING, since TIMESTAMP(6)) WITH ('connector' = 'filesystem', 'path' = '/users', 'format' = 'json');
CREATE TABLE out_amounts (item STRING, amount DOUBLE) WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = 'json');
CREATE TABLE out_ids (user_id BIGINT NOT NULL) WITH ('connector' = 'print');


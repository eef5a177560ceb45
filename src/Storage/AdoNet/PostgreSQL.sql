-- Journals and checkpoint parts, disk format v1. Names compare byte by byte, so that prefixes are ranges.
CREATE TABLE IF NOT EXISTS ostream_job (
    tenant text COLLATE "C" NOT NULL, job text COLLATE "C" NOT NULL,
    version bigint NOT NULL,    -- number of the last entry
    desired integer NOT NULL,   -- last desired state, -1 = none yet
    PRIMARY KEY (tenant, job));
CREATE INDEX IF NOT EXISTS ostream_job_desired ON ostream_job (desired);
CREATE TABLE IF NOT EXISTS ostream_journal (
    tenant text COLLATE "C" NOT NULL, job text COLLATE "C" NOT NULL, number bigint NOT NULL,
    entry text NOT NULL,        -- JSON, as in the file store
    PRIMARY KEY (tenant, job, number));
CREATE TABLE IF NOT EXISTS ostream_part (
    name text COLLATE "C" NOT NULL, chunk integer NOT NULL,
    bytes bytea NOT NULL,       -- at most 4 MiB; the last chunk ends with the part's footer
    PRIMARY KEY (name, chunk));
CREATE TABLE IF NOT EXISTS ostream_place (
    name text COLLATE "C" PRIMARY KEY,  -- of a run or shard
    silo text COLLATE "C" NOT NULL, instance text COLLATE "C" NOT NULL);
CREATE INDEX IF NOT EXISTS ostream_place_silo ON ostream_place (silo);

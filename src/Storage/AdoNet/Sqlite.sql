-- Journals and checkpoint parts, disk format v1.
CREATE TABLE IF NOT EXISTS ostream_job (
    tenant TEXT NOT NULL, job TEXT NOT NULL,
    version INTEGER NOT NULL,   -- number of the last entry
    desired INTEGER NOT NULL,   -- last desired state, -1 = none yet
    PRIMARY KEY (tenant, job)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ostream_job_desired ON ostream_job (desired);
CREATE TABLE IF NOT EXISTS ostream_journal (
    tenant TEXT NOT NULL, job TEXT NOT NULL, number INTEGER NOT NULL,
    entry TEXT NOT NULL,        -- JSON, as in the file store
    PRIMARY KEY (tenant, job, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ostream_part (
    name TEXT NOT NULL, chunk INTEGER NOT NULL,
    bytes BLOB NOT NULL,        -- at most 4 MiB; the last chunk ends with the part's footer
    PRIMARY KEY (name, chunk));
CREATE TABLE IF NOT EXISTS ostream_place (
    name TEXT PRIMARY KEY,  -- of a run or shard
    silo TEXT NOT NULL, instance TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ostream_place_silo ON ostream_place (silo);

import { DUCK_FIRST_ANSWERS } from '../../common/storage/duckdb-answers.js';

/**
 * The tables have no keys of their own: DuckDB would hold their indexes in memory whole. The only writer sees to it that
 * no two sessions have the same `(session_id, agent, started_at)`; its look-ups and all reads skip what lies outside
 * their times, as rows come in about the order of time.
 */
export const USAGE_MIGRATIONS = [
  `CREATE TABLE usage_sessions (
     id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, agent VARCHAR NOT NULL, parent_agent VARCHAR,
     model VARCHAR NOT NULL,
     tokens_input BIGINT NOT NULL, tokens_output BIGINT NOT NULL, tokens_cache_read BIGINT NOT NULL,
     tokens_cache_write BIGINT NOT NULL, tokens_total BIGINT NOT NULL,
     cost_input DOUBLE NOT NULL, cost_output DOUBLE NOT NULL, cost_cache_read DOUBLE NOT NULL,
     cost_cache_write DOUBLE NOT NULL, cost_total DOUBLE NOT NULL,
     turns BIGINT NOT NULL, tool_calls VARCHAR NOT NULL,
     started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP NOT NULL, recorded_at TIMESTAMP NOT NULL
   );
   CREATE TABLE usage_vms (
     id VARCHAR NOT NULL, vm_id VARCHAR NOT NULL, role VARCHAR NOT NULL, agent VARCHAR NOT NULL, commit_id VARCHAR,
     created_at TIMESTAMP NOT NULL, destroyed_at TIMESTAMP, recorded_at TIMESTAMP NOT NULL
   );`,
  DUCK_FIRST_ANSWERS,
];

/**
 * The schema, as the steps that lead to it: a library made by any earlier version is brought up to date at its next
 * opening. Steps that were released never change. Every SQLite from 3.45 on understands them.
 */
/** 'BFLT': tells our database from any other SQLite file. */
export declare const APPLICATION_ID = 1111903316;
/** Step n leads from `user_version` n to n + 1. */
export declare const MIGRATIONS: readonly string[];

/**
 * What people change while jobs run: rules, lists and models in force, in tables of a PostgreSQL
 * ({@code sql/postgresql/09_control.sql}). {@link io.cardwatch.control.ControlReader} keeps a process up to date;
 * {@link io.cardwatch.control.ControlTables} reads and writes the tables;
 * {@link io.cardwatch.control.PastControl} tells what was in force when a row was decided.
 */
package io.cardwatch.control;

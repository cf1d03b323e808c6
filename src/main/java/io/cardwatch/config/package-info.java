/**
 * The settings and secrets that the host gives to Cardwatch.
 *
 * <p>Context: the same program runs under Amazon Managed Service for Apache Flink, which hands out property groups as
 * JSON; on a cluster, where a file is named on the command line; and on a laptop. Choice: every setting is declared
 * once, in {@link io.cardwatch.config.Options}, with its type, default, range and sentence; {@link
 * io.cardwatch.config.SettingsLoader} lays the sources over each other and refuses what it does not know, all problems
 * at once; {@link io.cardwatch.config.Settings} is the immutable result. A secret is never a setting, only the place
 * where it lies is; {@link io.cardwatch.config.PasswordSource} asks there anew each time. Consequence: a value that is
 * wrong stops the program before the job starts, the table of docs/configuration.md cannot drift from the code, and no
 * log, web page or error can show a password.
 */
package io.cardwatch.config;

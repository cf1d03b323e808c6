/**
 * The command line: {@link io.cardwatch.cli.Cardwatch} and one class per command.
 *
 * <p>Context: what people start by hand ({@code java -jar cardwatch.jar COMMAND}); a cluster starts the job's own main
 * instead and never loads this package. Choice: picocli parses a command's own options, and everything of the form
 * {@code --group.key=value} is handed to the settings as it stands ({@link io.cardwatch.cli.ConfigurationMixin}), so
 * that a setting is declared in one place only. Consequence: every command throws, none prints an error or exits; one
 * place ({@link io.cardwatch.cli.Failure}) turns a throwable into one line of cause, one line of remedy and the exit
 * code: 0 done, 1 failed, 2 wrong usage, 3 bad configuration or input.
 */
package io.cardwatch.cli;

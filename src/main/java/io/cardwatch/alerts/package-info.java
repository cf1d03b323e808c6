/**
 * Alerts: which decisions people are told of, and how. {@link io.cardwatch.alerts.AlertSink} writes them into an outbox, a table
 * of the control database; {@link io.cardwatch.alerts.AlertBudget} holds those that are too many; {@link
 * io.cardwatch.alerts.Dispatcher} sends the others.
 */
package io.cardwatch.alerts;

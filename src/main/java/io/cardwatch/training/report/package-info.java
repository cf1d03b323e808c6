/**
 * What a fraud team reads about a model: one page of HTML.
 *
 * <p>Context: the page is mailed, archived and opened without a network, on any screen. Choice: one file of static HTML
 * with its style inside and its charts as SVG, filled into a logic-less template that escapes every value; no script, no
 * font, no address. Figures come from {@link io.cardwatch.training.evaluation}; nothing is measured here. Consequence:
 * the page is well-formed XML, and the same rows give the same bytes.
 */
package io.cardwatch.training.report;

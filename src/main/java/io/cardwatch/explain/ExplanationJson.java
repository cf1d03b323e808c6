package io.cardwatch.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.codec.EventTime;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.control.PastControl;
import io.cardwatch.domain.Feature;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.Rule;
import java.io.IOException;

/** Writes an explanation as JSON, for programs and files. */
final class ExplanationJson {
    private final Explanation explanation;
    private final long epochSecond;

    ExplanationJson(Explanation explanation) {
        this.explanation = explanation;
        this.epochSecond = explanation.payment.transaction.epochSecond;
    }

    byte[] bytes() {
        return RecordJson.object(json -> {
            json.writeStringField("verdict", explanation.verdict());
            json.writeBooleanField("equal", explanation.isEqual());
            compared(json);
            json.writeObjectFieldStart("row");
            explanation.row.write(json);
            json.writeEndObject();
            model(json);
            labels(json);
            rules(json);
            features(json);
        });
    }

    private void compared(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("compared");
        for (Finding finding : explanation.findings) {
            json.writeStartObject();
            json.writeStringField("column", finding.column);
            json.writeStringField("state", finding.state.text);
            json.writeFieldName("stored");
            value(json, finding.stored);
            if (finding.state != Finding.State.NOT_MADE) {
                json.writeFieldName("made_again");
                value(json, finding.again);
            }
            if (!finding.why.isEmpty()) {
                json.writeStringField("why", finding.why);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Texts of JSON columns stay texts, exactly as stored. */
    private static void value(JsonGenerator json, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Double) {
            json.writeNumber((double) value);
        } else if (value instanceof Integer) {
            json.writeNumber((int) value);
        } else {
            json.writeString((String) value);
        }
    }

    private void model(JsonGenerator json) throws IOException {
        String version = explanation.row.text("model_version");
        json.writeObjectFieldStart("model");
        json.writeStringField("version", version);
        json.writeStringField("hash", version.substring(version.lastIndexOf('-') + 1));
        json.writeStringField("found_in", explanation.search.place.isEmpty() ? null : explanation.search.place);
        json.writeArrayFieldStart("elsewhere");
        for (String place : explanation.search.elsewhere) {
            json.writeString(place);
        }
        json.writeEndArray();
        json.writeStringField(
                "features",
                explanation
                        .search
                        .model
                        .map(model -> model.featureSet().lowerCaseName())
                        .orElse(null));
        json.writeStringField("threshold_from", explanation.thresholdFrom);
        json.writeEndObject();
    }

    private void labels(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("label_cut_off");
        json.writeStringField("label_datetime_until", EventTime.format(epochSecond));
        json.writeNumberField("terminal_delay_seconds", explanation.terminalDelay.toSeconds());
        json.writeArrayFieldStart("terminal_windows");
        for (TerminalSpan span : TerminalSpan.windows(epochSecond, explanation.terminalDelay)) {
            json.writeStartObject();
            json.writeNumberField("days", span.days);
            json.writeStringField("after", EventTime.format(span.after));
            json.writeStringField("until", EventTime.format(span.until));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void rules(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("rules_in_force");
        for (CompiledRule compiled : explanation.rules) {
            Rule rule = compiled.rule();
            json.writeStartObject();
            json.writeStringField("id", rule.id);
            json.writeNumberField("version", rule.version);
            json.writeStringField("expression", rule.expression);
            json.writeStringField("action", rule.action.lowerCaseName());
            json.writeNumberField("priority", rule.priority);
            json.writeBooleanField("dry_run", rule.dryRun);
            json.writeStringField("author", rule.author);
            json.writeStringField("created_at", PastControl.createdAt(rule).toString());
            json.writeBooleanField("fired", explanation.fired(compiled));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("rules_unknown", explanation.rulesUnread.isEmpty() ? null : explanation.rulesUnread);
    }

    private void features(JsonGenerator json) throws IOException {
        double[] vector = explanation.payment.features;
        json.writeArrayFieldStart("features");
        for (Feature feature : explanation.row.featureSet().features()) {
            json.writeStartObject();
            json.writeStringField("feature", feature.column());
            json.writeFieldName("value");
            if (feature.isWhole()) {
                json.writeNumber((long) vector[feature.index()]);
            } else {
                json.writeNumber(vector[feature.index()]);
            }
            json.writeStringField("text", feature.sentence(vector, explanation.terminalDelay));
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}

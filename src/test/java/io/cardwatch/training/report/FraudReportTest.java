package io.cardwatch.training.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.SyntheticHistory;
import io.cardwatch.training.ThresholdPolicy;
import io.cardwatch.training.Trainer;
import io.cardwatch.training.TrainingOptions;
import io.cardwatch.training.TrainingResult;
import io.cardwatch.training.evaluation.CardPrecision;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class FraudReportTest {
    /** A name that a shell allows and HTML does not. */
    private static final String COST_FILE = "a<b onclick='x'>&\"{{c}}.json";

    @TempDir
    static Path directory;

    private static TrainingData history;
    private static ThresholdPolicy policy;
    private static TrainingResult result;
    private static String html;
    private static Document page;

    @BeforeAll
    static void trainAndReport() throws Exception {
        history = CsvHistory.read(
                Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv()), FeatureSet.REFERENCE);
        Path costs = Files.writeString(
                directory.resolve(COST_FILE), "{\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10}");
        policy = ThresholdPolicy.parse("cost=" + costs);
        result = train(history);
        html = FraudReport.html(result, policy.costs());
        page = parse(html);
    }

    @Test
    void itIsOneFileThatNeedsNoOther() {
        assertThat(html).doesNotContainPattern("(?i)<(script|link|iframe|object|embed|base|img)\\b");
        assertThat(html).doesNotContainPattern("(?i)\\b(src|href|srcset|action|poster)\\s*=");
        assertThat(html).doesNotContainPattern("(?i)https?:|url\\(|@import|\\bon[a-z]+=\"");
    }

    @Test
    void whatSpeaksOfAnElementFindsIt_andEveryChartSaysWhatItIs() {
        List<String> ids = attributes("*", "id");
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(attributes("section", "aria-labelledby"))
                .hasSizeGreaterThan(8)
                .isSubsetOf(ids);
        assertThat(elements("svg").stream()
                        .filter(svg -> svg.getAttribute("role").equals("img")))
                .hasSize(6)
                .allMatch(svg -> svg.getAttribute("aria-label").length() > 20);
        assertThat(elements("svg"))
                .allMatch(svg -> svg.getAttribute("role").equals("img")
                        ^ svg.getAttribute("aria-hidden").equals("true"));
        assertThat(html).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void itsNumbersAreThoseOfTheMetricsBesideIt() throws IOException {
        Path out = directory.resolve("model");
        ModelWriter.write(out, result.model, html);

        assertThat(Files.readString(out.resolve("report.html"))).isEqualTo(html);
        JsonNode metrics = new JsonMapper().readTree(Files.readString(out.resolve("metrics.json")));
        JsonNode decision = metrics.at("/score/decision");
        assertThat(text("precision"))
                .isEqualTo(percent(decision.get("precision").asDouble()));
        assertThat(text("recall")).isEqualTo(percent(decision.get("recall").asDouble()));
        assertThat(text("average-precision"))
                .isEqualTo(String.format(
                        Locale.ROOT,
                        "%.3f",
                        metrics.at("/score/averagePrecision").asDouble()));
        assertThat(text("caught")).isEqualTo(count(decision.get("truePositives").asInt()));
        assertThat(text("missed"))
                .isEqualTo(count(decision.get("falseNegatives").asInt()));
        assertThat(text("false-alarms"))
                .isEqualTo(count(decision.get("falsePositives").asInt()));
        assertThat(text("left-alone"))
                .isEqualTo(count(decision.get("trueNegatives").asInt()));
        assertThat(rows("Data and period"))
                .extracting(cells -> cells.get(2))
                .containsExactly(
                        count(metrics.at("/learned/rows").asInt()),
                        count(metrics.at("/validation/rows").asInt()),
                        count(metrics.at("/heldOut/rows").asInt()),
                        count(metrics.at("/history/rows").asInt()));
        assertThat(page.getDocumentElement().getTextContent())
                .contains(metrics.get("historySha256").asText(), result.model.version(), "3.4.0");
    }

    @Test
    void moneySavedIsWhatTheCostsSay() {
        double saved = 0;
        for (int row = 0; row < result.heldOut.rows.rows(); row++) {
            if (result.heldOut.probabilities[row] >= result.model.threshold) {
                saved -= 4;
                saved += result.heldOut.rows.fraud(row)
                        ? 0.8 * result.heldOut.rows.value(row, Feature.TX_AMOUNT.index())
                        : -10;
            }
        }

        assertThat(text("saved")).isEqualTo(String.format(Locale.ROOT, "%,.0f", saved));
    }

    @Test
    void withoutCostsItDoesNotSpeakOfMoney() throws Exception {
        String plain = FraudReport.html(result, Optional.empty());

        assertThat(plain).doesNotContain("id=\"money\"").doesNotContain("Money saved");
        parse(plain);
    }

    @Test
    void topCardsAreThoseOfTheEvaluation() {
        CardPrecision cards = new CardPrecision(result.heldOut);

        assertThat(rows("Precision at the top cards in numbers"))
                .contains(List.of("10", percent(cards.at(10)), percent(cards.attainable(10))))
                .contains(List.of("100", percent(cards.at(100)), percent(cards.attainable(100))));
    }

    @Test
    void whatUsersNameIsEscaped() {
        assertThat(html).doesNotContain("<b onclick").contains("a&lt;b onclick&#x3D;&#39;x&#39;&gt;&amp;&quot;");
        assertThat(page.getElementsByTagName("header").item(0).getTextContent()).contains(COST_FILE);
    }

    @Test
    void segmentsOfAmountCoverAllPaymentsOnce() {
        List<List<String>> rows = rows("Quality by kind of payment");

        assertThat(rows.get(0)).containsExactly("Amount");
        assertThat(sum(rows.subList(1, 6), 1)).isEqualTo(result.heldOut.rows.rows());
        assertThat(sum(rows.subList(1, 6), 2)).isEqualTo(result.heldOut.rows.frauds());
    }

    @Test
    void scenariosAreToldWhereTheyAreKnown() throws Exception {
        assertThat(html).contains("does not tell by which scenario");
        TrainingData named = new TrainingData(FeatureSet.REFERENCE);
        for (int row = 0; row < history.rows(); row++) {
            float[] vector = history.vector(row);
            double[] values = IntStream.range(0, vector.length)
                    .mapToDouble(i -> vector[i])
                    .toArray();
            int scenario = !history.fraud(row) ? 0 : values[0] > 220 ? 1 : 2;
            named.add(history.epochSecond(row), history.customerId(row), values, history.fraud(row), scenario);
        }
        TrainingResult trained = train(named);
        ScoredRows scored = trained.heldOut;

        List<List<String>> rows = rows(parse(FraudReport.html(trained, policy.costs())), "Quality by fraud scenario");
        assertThat(rows).hasSize(2);
        for (int scenario = 1; scenario <= 2; scenario++) {
            int wanted = scenario;
            int[] frauds = IntStream.range(0, scored.rows.rows())
                    .filter(row -> scored.rows.scenario(row) == wanted)
                    .toArray();
            long caught = IntStream.of(frauds)
                    .filter(row -> scored.probabilities[row] >= trained.model.threshold)
                    .count();
            assertThat(rows.get(scenario - 1).subList(0, 4))
                    .containsExactly(
                            Integer.toString(scenario),
                            count(frauds.length),
                            count(caught),
                            percent((double) caught / frauds.length));
        }
    }

    @Test
    void theAnomalyScoreHasASectionWhereItWasTrained() throws Exception {
        ScoredRows anomaly = result.anomaly.orElseThrow();
        int[] ranked = anomaly.descending();
        long atTop = Arrays.stream(ranked, 0, ranked.length / 100)
                .filter(anomaly.rows::fraud)
                .count();

        assertThat(text("anomaly-average-precision"))
                .isEqualTo(
                        String.format(Locale.ROOT, "%.3f", Ranking.of(anomaly).averagePrecision()));
        assertThat(rows("Quality of the anomaly score").get(0))
                .endsWith(percent((double) atTop / anomaly.rows.frauds()));
        assertThat(FraudReport.html(train(history, false), policy.costs())).doesNotContain("anomaly");
    }

    @Test
    void theSameHistoryGivesTheSameBytes() {
        assertThat(FraudReport.html(train(history), policy.costs())).isEqualTo(html);
    }

    private static TrainingResult train(TrainingData data) {
        return train(data, true);
    }

    private static TrainingResult train(TrainingData data, boolean anomaly) {
        TrainingOptions options = new TrainingOptions();
        options.anomaly = anomaly;
        options.trees.rounds = 10;
        options.threshold = policy;
        return new Trainer(options, (what, share) -> {}).train(data);
    }

    /** An XML parser refuses what a browser would quietly mend. */
    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    private static List<Element> elements(String tag) {
        return elements(page, tag);
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList list = document.getElementsByTagName(tag);
        return IntStream.range(0, list.getLength())
                .mapToObj(i -> (Element) list.item(i))
                .toList();
    }

    private static List<String> attributes(String tag, String attribute) {
        return elements(tag).stream()
                .filter(element -> element.hasAttribute(attribute))
                .map(element -> element.getAttribute(attribute))
                .toList();
    }

    private static String text(String id) {
        return elements("b").stream()
                .filter(element -> element.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow()
                .getTextContent();
    }

    /** The cells of each row in the body of the table with that label. */
    private static List<List<String>> rows(String label) {
        return rows(page, label);
    }

    private static List<List<String>> rows(Document document, String label) {
        Element region = elements(document, "div").stream()
                .filter(element -> element.getAttribute("aria-label").equals(label))
                .findFirst()
                .orElseThrow();
        List<List<String>> rows = new ArrayList<>();
        NodeList found = ((Element) region.getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
        for (int i = 0; i < found.getLength(); i++) {
            List<String> cells = new ArrayList<>();
            NodeList children = found.item(i).getChildNodes();
            for (int j = 0; j < children.getLength(); j++) {
                cells.add(children.item(j).getTextContent());
            }
            rows.add(cells);
        }
        return rows;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f\u00a0%%", 100 * share);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static int sum(List<List<String>> rows, int column) {
        return rows.stream()
                .mapToInt(cells -> Integer.parseInt(cells.get(column).replace(",", "")))
                .sum();
    }
}

package io.cardwatch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasParameterTypes.Predicates.rawParameterTypes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.metrics.Metrics;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.apache.flink.api.common.functions.AbstractRichFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;

/** The house's layout, read from the compiled main classes; nothing is frozen. */
@AnalyzeClasses(packages = "io.cardwatch", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] JOB_JAR = {
        "io.cardwatch.domain..",
        "io.cardwatch.codec..",
        "io.cardwatch.feature..",
        "io.cardwatch.enrich..",
        "io.cardwatch.score..",
        "io.cardwatch.rules..",
        "io.cardwatch.decide..",
        "io.cardwatch.warehouse..",
        "io.cardwatch.config..",
        "io.cardwatch.metrics..",
        "io.cardwatch.kinesis..",
        "io.cardwatch.online..",
        "io.cardwatch.job.."
    };

    /** Stages know domain, codec, config and metrics, never each other, but that a decision asks a model; training and the simulator serve the CLI alone. */
    @ArchTest
    static final ArchRule layers = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.cardwatch..")
            .withOptionalLayers(true)
            .layer("domain")
            .definedBy("io.cardwatch.domain..")
            .layer("codec")
            .definedBy("io.cardwatch.codec..")
            .layer("files")
            .definedBy("io.cardwatch.files..")
            .layer("config")
            .definedBy("io.cardwatch.config..")
            .layer("metrics")
            .definedBy("io.cardwatch.metrics..")
            .layer("feature")
            .definedBy("io.cardwatch.feature..")
            .layer("enrich")
            .definedBy("io.cardwatch.enrich..")
            .layer("score")
            .definedBy("io.cardwatch.score..")
            .layer("rules")
            .definedBy("io.cardwatch.rules..")
            .layer("decide")
            .definedBy("io.cardwatch.decide..")
            .layer("control")
            .definedBy("io.cardwatch.control..")
            .layer("warehouse")
            .definedBy("io.cardwatch.warehouse..")
            .layer("kinesis")
            .definedBy("io.cardwatch.kinesis..")
            .layer("online")
            .definedBy("io.cardwatch.online..")
            .layer("delivery")
            .definedBy("io.cardwatch.delivery..")
            .layer("alerts")
            .definedBy("io.cardwatch.alerts..")
            .layer("serve")
            .definedBy("io.cardwatch.serve..")
            .layer("explain")
            .definedBy("io.cardwatch.explain..")
            .layer("job")
            .definedBy("io.cardwatch.job..")
            .layer("training")
            .definedBy("io.cardwatch.training..")
            .layer("datagen")
            .definedBy("io.cardwatch.datagen..")
            .layer("cli")
            .definedBy("io.cardwatch.cli..")
            .whereLayer("domain")
            .mayNotAccessAnyLayer()
            .whereLayer("codec")
            .mayOnlyAccessLayers("domain")
            .whereLayer("files")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics", "warehouse")
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("cli", "training", "datagen")
            .whereLayer("config")
            .mayOnlyAccessLayers("domain")
            .whereLayer("metrics")
            .mayOnlyAccessLayers("domain")
            .whereLayer("feature")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics")
            .whereLayer("enrich")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics")
            .whereLayer("score")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics")
            .whereLayer("rules")
            .mayOnlyAccessLayers("domain")
            .whereLayer("decide")
            .mayOnlyAccessLayers("domain", "config", "metrics", "score", "rules")
            .whereLayer("control")
            .mayOnlyAccessLayers("domain", "config", "score", "rules", "decide", "warehouse")
            .whereLayer("warehouse")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics")
            .whereLayer("kinesis")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics")
            .whereLayer("online")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics", "feature")
            .whereLayer("delivery")
            .mayOnlyAccessLayers("domain", "codec", "config", "metrics", "warehouse", "kinesis")
            .whereLayer("alerts")
            .mayOnlyAccessLayers("domain", "config", "metrics", "warehouse", "delivery")
            .whereLayer("alerts")
            .mayOnlyBeAccessedByLayers("job")
            .whereLayer("serve")
            .mayOnlyAccessLayers("domain", "codec", "config", "feature", "score", "decide", "control", "online")
            .whereLayer("serve")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("explain")
            .mayOnlyAccessLayers("domain", "codec", "config", "score", "rules", "decide", "control", "warehouse")
            .whereLayer("explain")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("training")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("datagen")
            .mayOnlyBeAccessedByLayers("cli", "training")
            .whereLayer("job")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("io.cardwatch.(*)..").should().beFreeOfCycles();

    /** Rows, then figures over them, then training and scorecards, then what tells of them. */
    @ArchTest
    static final ArchRule trainingHasAnOrder = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.cardwatch.training..")
            .layer("history")
            .definedBy("io.cardwatch.training.history..")
            .layer("evaluation")
            .definedBy("io.cardwatch.training.evaluation..")
            .layer("foreign")
            .definedBy("io.cardwatch.training.foreign..")
            .layer("training")
            .definedBy("io.cardwatch.training")
            .layer("scorecard")
            .definedBy("io.cardwatch.training.scorecard..")
            .layer("telling")
            .definedBy("io.cardwatch.training.report..", "io.cardwatch.training.benchmark..")
            .whereLayer("history")
            .mayNotAccessAnyLayer()
            .whereLayer("evaluation")
            .mayOnlyAccessLayers("history")
            .whereLayer("foreign")
            .mayNotAccessAnyLayer()
            .whereLayer("training")
            .mayOnlyAccessLayers("history", "evaluation", "foreign")
            .whereLayer("scorecard")
            .mayOnlyAccessLayers("evaluation");

    /** So that a payment can be asked about without a job. */
    @ArchTest
    static final ArchRule windowsAndDecisionsArePlainArithmetic = noClasses()
            .that()
            .resideInAnyPackage("io.cardwatch.feature..", "io.cardwatch.rules..", "io.cardwatch.decide..")
            .and()
            .areNotAssignableTo(AbstractStreamOperator.class)
            .and()
            .areNotAssignableTo(AbstractRichFunction.class)
            .should()
            .dependOnClassesThat(belongTo(
                    "org.apache.flink.streaming", "java.sql", "javax.sql", "software.amazon", "com.amazonaws"));

    @ArchTest
    static final ArchRule domainIsPlainJava = classes()
            .that()
            .resideInAPackage("io.cardwatch.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.cardwatch.domain..", "java..");

    /**
     * Records are JSON in codec, settings in config, models in score, reasons in decide, what fired in rules, metrics in
     * training, rows in warehouse, heartbeats in online, answers in serve, evidence in explain.
     */
    @ArchTest
    static final ArchRule jsonHasItsPlaces = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.cardwatch.codec..",
                    "io.cardwatch.config..",
                    "io.cardwatch.score..",
                    "io.cardwatch.decide..",
                    "io.cardwatch.rules..",
                    "io.cardwatch.training..",
                    "io.cardwatch.warehouse..",
                    "io.cardwatch.online..",
                    "io.cardwatch.serve..",
                    "io.cardwatch.explain..")
            .should()
            .dependOnClassesThat(belongTo("com.fasterxml.jackson", "org.apache.flink.shaded.jackson2"));

    @ArchTest
    static final ArchRule nothingIsStoredAsSerializedJavaObjects =
            noClasses().should().dependOnClassesThat().belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class);

    @ArchTest
    static final ArchRule noKryo = noClasses().should().dependOnClassesThat(belongTo("com.esotericsoftware"));

    @ArchTest
    static final ArchRule theJobsJarNeedsNothingOfTheCommandLine = noClasses()
            .that()
            .resideInAnyPackage(JOB_JAR)
            .should()
            .dependOnClassesThat(belongTo(
                    "picocli",
                    "ml.dmlc",
                    "com.amazon.randomcutforest",
                    "com.samskivert",
                    "org.apache.commons.rng",
                    "io.zonky",
                    "redis.embedded",
                    "io.undertow",
                    "software.amazon.randomcutforest",
                    "org.apache.flink.connector.file",
                    "org.apache.flink.client"));

    /** It may be absent: whatever else is loaded must not ask for it. */
    @ArchTest
    static final ArchRule onnxRuntimeHasOnePlace = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.cardwatch.score.OnnxSession")
            .should()
            .dependOnClassesThat(belongTo("ai.onnxruntime"));

    @ArchTest
    static final ArchRule celHasOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("io.cardwatch.rules..")
            .should()
            .dependOnClassesThat(belongTo("dev.cel"));

    @ArchTest
    static final ArchRule theRedisClientHasOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("io.cardwatch.online..")
            .should()
            .dependOnClassesThat(belongTo("redis.clients"));

    @ArchTest
    static final ArchRule picocliStaysInCli = noClasses()
            .that()
            .resideOutsideOfPackage("io.cardwatch.cli..")
            .should()
            .dependOnClassesThat(belongTo("picocli"));

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .should()
            .haveNameMatching("(.*\\.)?(Abstract[^.]*|[^.]*(Utils?|Helpers?|Managers?|Impl))(\\$.*)?");

    /** A metric in a group of another name would be one that the host never publishes. */
    @ArchTest
    static final ArchRule metricsHaveOneGroup = noClasses()
            .that()
            .doNotBelongToAnyOf(Metrics.class)
            .should()
            .callMethodWhere(target(name("addGroup")).and(target(rawParameterTypes(String.class))));

    /** A setting that nothing reads would be a promise that nobody keeps. */
    @ArchTest
    static final ArchRule everySettingIsRead = fields().that()
            .areDeclaredIn(Options.class)
            .and()
            .haveRawType(Option.class)
            .should(new ArchCondition<>("be read outside the settings' own loading") {
                @Override
                public void check(JavaField option, ConditionEvents events) {
                    boolean read = option.getAccessesToSelf().stream()
                            .map(access -> access.getOriginOwner().getSimpleName())
                            .anyMatch(reader -> !reader.equals("Options") && !reader.equals("SettingsLoader"));
                    events.add(new SimpleConditionEvent(option, read, option.getFullName() + " is read by nobody"));
                }
            });

    /** In one of {@code packages}; a class of a library that is not on the test's class path counts, too. */
    private static DescribedPredicate<JavaClass> belongTo(String... packages) {
        return describe("belong to " + String.join(", ", packages), type -> Arrays.stream(packages)
                .anyMatch(name -> type.getBaseComponentType().getPackageName().equals(name)
                        || type.getBaseComponentType().getPackageName().startsWith(name + ".")));
    }
}

package chladni.tests.packaging;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A test of the engine's jar. {@code ./mvnw verify} runs it after the jar is there and says where;
 * elsewhere, such as in an IDE, there is no jar to test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("packaged")
@EnabledIfSystemProperty(
    named = "chladni.engine.jar",
    matches = ".+",
    disabledReason = "tests the packaged engine: run ./mvnw verify")
@interface Packaged {}

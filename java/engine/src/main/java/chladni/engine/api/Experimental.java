package chladni.engine.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * May change or go in any version: the marked name, what it encloses and what extends it. Everything
 * else that the module exports stays binary compatible within a major version, and a test holds it
 * to that.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({
  ElementType.TYPE,
  ElementType.METHOD,
  ElementType.CONSTRUCTOR,
  ElementType.FIELD,
  ElementType.ANNOTATION_TYPE
})
public @interface Experimental {}

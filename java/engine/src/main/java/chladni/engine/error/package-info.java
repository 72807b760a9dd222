/** Exceptions that every room throws: unchecked, typed, and clear about what still works after. */
package chladni.engine.error;

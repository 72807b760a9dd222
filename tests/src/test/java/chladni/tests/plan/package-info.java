/**
 * Plans are run step by step in plain Java, over one poisoned arena, and held against the
 * reference.
 */
package chladni.tests.plan;

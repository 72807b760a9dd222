/** What leaves the house: the engine's jars, their public names, and how a stranger uses them. */
package chladni.tests.packaging;

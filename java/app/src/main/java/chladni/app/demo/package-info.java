/**
 * The demo's synthetic world: classes of scenes and sounds made by code, whose pictures follow the
 * sound in more than the class. It stands in for the videos of the paper, which nobody may ship.
 */
package chladni.app.demo;

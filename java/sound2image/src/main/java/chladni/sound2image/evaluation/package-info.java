/**
 * The measures of the paper and the baselines beside them: pure functions from arrays to figures,
 * without engine, media or randomness that is not seeded. Rates are fractions.
 */
package chladni.sound2image.evaluation;

package chladni.app.report;

import java.util.OptionalDouble;

/**
 * The classifier that judges the pictures and shares nothing with the networks it judges.
 *
 * @param accuracy fraction of fresh pictures whose best label is the right one
 * @param labels number of labels it knows
 * @param pictures number of fresh pictures it was tried on
 * @param classAccuracy fraction whose best label belongs to the right class, where labels are finer
 *     than classes
 */
public record Judge(double accuracy, int labels, int pictures, OptionalDouble classAccuracy) {}

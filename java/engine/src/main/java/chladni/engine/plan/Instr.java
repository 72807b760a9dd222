package chladni.engine.plan;

import chladni.engine.graph.ElementwiseOp;

/**
 * One operation on registers: {@code dst = op(a, b, c)}. Operands that the operation does not take
 * are -1. Every register is written once, {@code dst} counting on from the loads.
 */
public record Instr(ElementwiseOp op, int dst, int a, int b, int c) {}

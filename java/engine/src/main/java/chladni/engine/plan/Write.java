package chladni.engine.plan;

/** A register and where it goes at each point of the space. */
public record Write(int register, View to) {}

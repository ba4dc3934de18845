/** The stand-in for use within a process: tests start it on a free port as an upstream. */
export { STAND_IN_ROUTES } from "./router";
export { createStandIn, type StandIn, type StandInOptions } from "./server";

import { install } from "../host/install.ts";

install();

export { raceProperty, type RaceProperty, type RacePropertyBody } from "./race-property.ts";
export type { RacePropertyOptions } from "./property-options.ts";

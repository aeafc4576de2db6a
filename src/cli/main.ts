#!/usr/bin/env node
import { HeddleError } from "../engine/errors.ts";
import { wantsColour } from "../report/colour.ts";
import { commandOf, USAGE, type Command } from "./arguments.ts";
import { showCoverage } from "./coverage.ts";
import { EXIT } from "./exit.ts";
import { Flaky } from "./flaky.ts";
import { Fuzz } from "./fuzz.ts";
import { Replay } from "./replay.ts";
import { Report } from "./report.ts";
import { complain, type Terminal } from "./terminal.ts";
import { commandWithSeed, runWithSeed } from "./with-seed.ts";

function terminal(): Terminal {
  const { stdout: out, stderr: error } = process;
  const controller = new AbortController();
  process.on("SIGINT", () => {
    // Who asks twice does not want to wait.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  });
  process.on("SIGTERM", () => controller.abort());
  const isTTY = out.isTTY === true;
  return { out, error, colour: wantsColour(process.env, isTTY), width: isTTY ? out.columns : Number.POSITIVE_INFINITY, interrupted: controller.signal };
}

async function main(): Promise<number> {
  let command: Command;
  try {
    const withSeed = commandWithSeed(process.argv.slice(2));
    if (withSeed !== undefined) return await runWithSeed(withSeed);
    command = commandOf(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    complain(process.stderr, error.message);
    return EXIT.cannotRun;
  }
  if (command.command === "help") {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.none;
  }
  if (command.command === "coverage") return showCoverage(command, terminal(), process.cwd());
  if (command.command === "report") return new Report(command, terminal(), process.cwd()).run();
  if (command.command === "replay") return new Replay(command, terminal(), process.cwd()).run();
  if (command.command === "flaky") return new Flaky(command, terminal(), process.cwd()).run();
  return new Fuzz(command, terminal(), process.cwd()).run();
}

process.exitCode = await main();

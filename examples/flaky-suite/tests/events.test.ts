import { EventEmitter, once } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { Service } from "../app/service.ts";
import { file, sleep, useFolder } from "./folder.ts";

useFolder();

describe("a service", () => {
  test("says when it is ready", async () => {
    const path = file("settings.json", '{"port":80}');
    const service = new Service(path);
    await readFile(path);
    await once(service, "ready");
    expect(service.settings).toMatchObject({ port: 80 });
  });

  test("is ready for who listens at once", async () => {
    const service = new Service(file("settings.json", '{"port":81}'));
    await once(service, "ready");
    expect(service.settings).toMatchObject({ port: 81 });
  });

  test("can be waited for at any time", async () => {
    const service = new Service(file("settings.json", '{"port":82}'));
    await sleep(20);
    await service.started;
    expect(service.settings).toMatchObject({ port: 82 });
  });

  test("fails with settings that are none", async () => {
    await expect(new Service(file("settings.json", "nonsense")).started).rejects.toThrow(SyntaxError);
  });
});

describe("an emitter", () => {
  test.each([1, 2, 3, 10])("tells all of %i listeners", (count) => {
    const emitter = new EventEmitter();
    let told = 0;
    for (let index = 0; index < count; index += 1) emitter.on("news", () => (told += 1));
    emitter.emit("news");
    expect(told).toBe(count);
  });

  test("tells a listener of one time once", () => {
    const emitter = new EventEmitter();
    let told = 0;
    emitter.once("news", () => (told += 1));
    emitter.emit("news");
    emitter.emit("news");
    expect(told).toBe(1);
  });

  test("rejects who waits for something else", async () => {
    const emitter = new EventEmitter();
    const waiting = once(emitter, "news");
    setTimeout(() => emitter.emit("error", new Error("none today")), 5);
    await expect(waiting).rejects.toThrow("none today");
  });

  test("is left alone by an aborted wait", async () => {
    const emitter = new EventEmitter();
    const controller = new AbortController();
    const waiting = once(emitter, "news", { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(emitter.listenerCount("news")).toBe(0);
  });
});

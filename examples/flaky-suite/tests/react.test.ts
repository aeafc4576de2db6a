// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { createElement as h } from "react";
import { afterEach, describe, expect, test } from "vitest";
import { readFile } from "node:fs/promises";
import { CurrentUserName, SaveButton, SaveOnceButton, UserName } from "../app/components.ts";
import { file, manyTurns, sleep, useFolder } from "./folder.ts";

useFolder();
afterEach(cleanup);

const load = async (id: string): Promise<string> => `${await readFile(file("greeting.txt"), "utf8")} ${id}`;

describe("a user's name", () => {
  test("is that of the user who was chosen last", async () => {
    file("greeting.txt", "user");
    const { rerender } = render(h(UserName, { id: "1", load }));
    await manyTurns();
    rerender(h(UserName, { id: "2", load }));
    await screen.findByText("user 2");
    await sleep(120);
    expect(screen.queryByText("user 2")).not.toBeNull();
  });

  test("is loading at first", () => {
    const never = (): Promise<string> => new Promise(() => undefined);
    render(h(UserName, { id: "1", load: never }));
    expect(screen.getByText("loading").textContent).toBe("loading");
  });

  test.each(["1", "2", "3"])("is shown once it is loaded: %s", async (id) => {
    file("greeting.txt", "user");
    render(h(UserName, { id, load }));
    expect((await screen.findByText(`user ${id}`)).textContent).toBe(`user ${id}`);
  });

  test("is the current user's, however the answers come", async () => {
    file("greeting.txt", "user");
    const { rerender } = render(h(CurrentUserName, { id: "1", load }));
    await sleep(10);
    rerender(h(CurrentUserName, { id: "2", load }));
    await screen.findByText("user 2");
    await sleep(120);
    expect(screen.queryByText("user 2")).not.toBeNull();
  });
});

describe("a button", () => {
  test("saves once, however often it is clicked", async () => {
    let saves = 0;
    const save = async (): Promise<void> => {
      saves += 1;
      await readFile(file("greeting.txt", "user"));
    };
    render(h(SaveButton, { save }));
    fireEvent.click(screen.getByRole("button"));
    await sleep(90);
    fireEvent.click(screen.getByRole("button"));
    await waitFor(() => expect(screen.getByRole("button").textContent).toBe("saved"));
    expect(saves).toBe(1);
  });

  test("that is out of order while it saves does so once", async () => {
    let saves = 0;
    const save = async (): Promise<void> => {
      saves += 1;
      await readFile(file("greeting.txt", "user"));
    };
    render(h(SaveOnceButton, { save }));
    fireEvent.click(screen.getByRole("button"));
    fireEvent.click(screen.getByRole("button"));
    await waitFor(() => expect(screen.getByRole("button").textContent).toBe("saved"));
    expect(saves).toBe(1);
  });

  test.each([SaveButton, SaveOnceButton])("%o says so when it has saved", async (Button) => {
    render(h(Button, { save: () => sleep(5) }));
    fireEvent.click(screen.getByRole("button"));
    await waitFor(() => expect(screen.getByRole("button").textContent).toBe("saved"));
    expect(screen.getByRole("button").textContent).toBe("saved");
  });
});

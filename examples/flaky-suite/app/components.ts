import { createElement as h, useEffect, useState, type ReactElement } from "react";

export type LoadName = (id: string) => Promise<string>;

/** Shows a user's name. An answer for an earlier user may come later. */
export function UserName({ id, load }: { readonly id: string; readonly load: LoadName }): ReactElement {
  const [name, setName] = useState("loading");
  useEffect(() => {
    void load(id).then(setName);
  }, [id, load]);
  return h("p", undefined, name);
}

/** The same, and forgets answers that nobody waits for any more. */
export function CurrentUserName({ id, load }: { readonly id: string; readonly load: LoadName }): ReactElement {
  const [name, setName] = useState("loading");
  useEffect(() => {
    let isCurrent = true;
    void load(id).then((loaded) => {
      if (isCurrent) setName(loaded);
    });
    return () => {
      isCurrent = false;
    };
  }, [id, load]);
  return h("p", undefined, name);
}

/** Saves once. A second click before the first was answered saves again. */
export function SaveButton({ save }: { readonly save: () => Promise<void> }): ReactElement {
  const [isSaved, setSaved] = useState(false);
  const click = async (): Promise<void> => {
    if (isSaved) return;
    await save();
    setSaved(true);
  };
  return h("button", { onClick: () => void click() }, isSaved ? "saved" : "save");
}

/** The same, and takes no click while it saves. */
export function SaveOnceButton({ save }: { readonly save: () => Promise<void> }): ReactElement {
  const [state, setState] = useState<"new" | "saving" | "saved">("new");
  const click = async (): Promise<void> => {
    if (state !== "new") return;
    setState("saving");
    await save();
    setState("saved");
  };
  return h("button", { onClick: () => void click(), disabled: state === "saving" }, state === "saved" ? "saved" : "save");
}

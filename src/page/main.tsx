import { render } from "preact";
import type { FailureDocument } from "../report/formats/document.ts";
import { App } from "./app.tsx";
import { makeModel } from "./model.ts";

const data = document.getElementById("failure")!.textContent ?? "";
const failure = JSON.parse(data) as FailureDocument;
render(<App model={makeModel(failure)} />, document.getElementById("page")!);

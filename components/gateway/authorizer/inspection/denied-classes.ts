/** A node class that no client may run. */
export interface DeniedClass {
  /** The class_type; with `*` at the end, everything that begins like it. */
  readonly name: string;
  /** What the node does, and who says so. */
  readonly reason: string;
}

/**
 * Where the entries come from. GHOST: what the botnet posts. CVE: named in the advisory. Manager: ComfyUI-Manager's lists
 * mark the pack [UNSAFE] for running code, commands, or for touching any file. Source: seen in the node's source. Tracker:
 * reported on the pack's issue tracker. Exploit: on the list of usable nodes of a public exploitation tool.
 */
const REASONS: readonly (readonly [string, readonly string[]])[] = [
  ["runs Python from the workflow (GHOST)", ["FL_CodeNode", "SrlEval", "SRL Eval"]],
  ["runs Python from the workflow (GHOST)", ["EvaluateMultiple*", "EvaluateListMultiple*"]],
  ["passes its input to eval (CVE-2024-21577)", ["ACE_ExpressionEval", "ACE_Expression_Eval"]],
  [
    "passes its input to eval behind a filter that fails (CVE-2024-21576)",
    [
      "BuildColorRangeHSVAdvanced",
      "BuildColorRangeAdvanced (hsv)",
      "FilterContour",
      "Filter Contour",
      "FindContour",
    ],
  ],
  ["unpickles its input (Tracker: RES4LYF 252)", ["Base64ToConditioning"]],
  ["unpickles files of the output folder (ComfyUI pull request 14543)", ["LoadTrainingDataset"]],
  ["falls back to eval (Tracker: comfy_mtb 190)", ["Math Expression (mtb)", "MTB_MathExpression"]],
  [
    "runs code that a language model writes from the input (Tracker: anynode 46)",
    ["AnyNode", "AnyNodeAnthropic", "AnyNodeGemini", "AnyNodeLocal"],
  ],
  ["runs its input with exec (Source)", ["JN_Exec", "JN_ExecOutput", "NodePythonExecutor"]],
  ["runs its input with exec (Tracker: registry-backend 183)", ["GODMT_Exec"]],
  ["runs its input with exec (Tracker: ComfyUI-Griptape 239)", ["Griptape Code: Run Python*"]],
  [
    "runs Python from the workflow behind a filter of its own (Source)",
    ["DN_PythonCode", "VRGDG_PythonCodeRunner"],
  ],
  [
    "runs Python from the workflow (Manager)",
    [
      "NodePython",
      "NotebookCell",
      "ZnPyCode: CustomCode",
      "PyPromptGeneratorNode",
      "PyPromptFileGeneratorNode",
      "EvalPython",
      "Eval",
      "TG_PyCall",
      "TG_PyCallKey",
      "TG_PyEditor",
      "TG_PyEval",
      "TG_PyEvalNamespace",
      "TG_PyImportLibs",
      "Exec Python Code Script",
      "ETPythonTextScript3Node",
      "ASTERR",
      "SaveASTERR",
      "PythonScript",
      "PyExec",
      "PyExec_Output",
      "PyExec_OutputIsList",
      "PyExec_OutputIsValue",
      "Any Python",
      "Script",
      "AdvancedScript",
      "ExecStrAsCode",
      "PythonCodeNode",
      "teeth RunPythonCode",
      "EvalNode",
      "Latent Operation (Custom)",
      "comfyUI_u5_easyscripter",
    ],
  ],
  [
    "runs Python from the workflow (Exploit)",
    [
      "IDENode",
      "ExecutePython",
      "ExecutePythonNode",
      "RunPython",
      "PythonInterpreter",
      "PythonCodeExecutor",
      "script.py",
      "SILVER.SilverRunPythonCode",
      "SilverRunPythonCode",
      "RunPythonCode",
      "DockerSandboxRunner",
      "Eval_AS",
      "Den_Eval_AS",
      "Evaluate Anything",
      "AutogenCodeExecutor",
      "UtilityExpression",
    ],
  ],
  [
    "runs Python or a formula with eval or exec (another gateway's list of dangerous nodes)",
    [
      "KY_Eval_Python",
      "interpreter_tool",
      "interpreter_function",
      "CustomScriptNumpy",
      "Equation1param _O",
      "Equation2params _O",
    ],
  ],
  [
    "runs Python from the workflow (by its name on ComfyUI-Manager's node list; source not seen)",
    [
      "PythonExec",
      "GagaPythonScript",
      "PythonScriptNode",
      "ManimScriptNode",
      "X-FluxAgent.AICodeGenNode",
      "KY_FFmpegCustomCmd",
      "MCPLocalCommandTool",
      "ClaudeCodeExecute",
    ],
  ],
  [
    "runs commands (Manager, or Tracker: ComfyUI-BrushNet 141)",
    ["Terminal", "terminal_node", "ShellExecutor", "ShellCodeNode", "Shell_Command", "FFmpegNode"],
  ],
  ["runs commands (Source)", ["RunCommandNode"]],
  [
    "runs JavaScript in the browser of whoever opens the workflow (Manager)",
    ["JavascriptExecutor", "JavascriptExecutorMultiOutput", "RunJS"],
  ],
  [
    "reads, writes, moves or deletes any file (Manager, or another gateway's list of dangerous nodes)",
    [
      "FileReader",
      "FileWriter",
      "FileDelete",
      "FileCopy",
      "FileBrowser",
      "DirectoryCreator",
      "FileMv",
      "File Mv",
      "Make Dir",
      "JSGDeleteFilePassAny",
      "JSGDeleteFilePassImage",
      "JSGDeleteFilePassString",
      "BlueeUtilsDelete",
      "BlueeUtilsDownloadTemp",
      "SaveImageToAbsolutePath",
      "Load Text File",
      "Save Text File",
      "Text Load Line From File",
      "saveTextToFile _O",
    ],
  ],
  ["reads the environment, where secrets may be (Manager)", ["EnvVarNode", "EnvironmentVariableNode"]],
  [
    "fetches or sends to any address (Manager, or another gateway's list of dangerous nodes)",
    [
      "Image Send HTTP",
      "Get Request Node",
      "Post Request Node",
      "Form Post Request Node",
      "Rest Api Node",
      "FetchApi",
      "RemoteImageSaver",
      "HttpUploadNode",
      "MultipartFileHTTPUploadNode",
      "UniversalAssetDownloader",
      "PresetDownloadManager",
      "AdvancedDownloader",
    ],
  ],
  ["stops ComfyUI (Manager)", ["ExitComfyUI"]],
];

/**
 * Nodes that run code, commands, or reach any file or address by design or by a known hole. Not complete and never will
 * be: where that matters, set the allow list. Nodes over the restricted `simpleeval` library (`Evaluate Integers` and its
 * like) and over an expression parser of their own (`MathExpression|pysssss`) are not here; `deniedNodes` can add them.
 */
export const DENIED_CLASSES: readonly DeniedClass[] = REASONS.flatMap(([reason, names]) =>
  names.map((name) => ({ name, reason })),
);

// Run in the UI's own page: puts files from /view into it by every element that could run them.
async (files) => {
  const load = (tag, attribute, file) =>
    new Promise((resolve) => {
      const element = document.createElement(tag);
      element.onload = resolve;
      element.onerror = resolve;
      // A download ends in neither.
      setTimeout(resolve, 500);
      element.setAttribute(attribute, `/view?filename=${file}&as=${tag}`);
      document.body.append(element);
    });
  const elements = [
    ["iframe", "src"],
    ["object", "data"],
    ["embed", "src"],
    ["img", "src"],
  ];
  await Promise.all(files.flatMap((file) => elements.map(([tag, attribute]) => load(tag, attribute, file))));
};

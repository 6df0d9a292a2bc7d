"""Starting local engines and watching them. Empty: issue 5 (finetune and deploy) fills it."""

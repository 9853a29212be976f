-- Items with a blank document name, or only a blank context, were taken for one document and all on one side of the split.
UPDATE items SET split_point = split_point_of(metadata, context, prompt)
WHERE trim(json_extract(metadata, '$.document'), char(9, 10, 11, 12, 13, 32, 160)) = ''
  OR (context <> '' AND trim(context, char(9, 10, 11, 12, 13, 32, 160)) = '');

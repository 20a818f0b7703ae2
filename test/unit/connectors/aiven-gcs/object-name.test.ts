import assert from "node:assert/strict";
import { parseTemplate, renderName, rewriteWeekYear, timeTexts } from "../../../../connectors/aiven-gcs/object-name.js";
import type { Grouping } from "../../../../connectors/aiven-gcs/object-name.js";
import { civilOf } from "../../../../connectors/objects/civil-time.js";

const SETS =
  "topic,partition,start_offset,timestamp; topic,partition,key,start_offset,timestamp; key; key,topic,partition";
const UNSUPPORTED_SET = `unsupported set of template variables, supported sets are: ${SETS}`;
const UNSUPPORTED_PARAMETERS =
  "unsupported set of template variables parameters, supported sets are: " +
  "partition:padding=true|false,start_offset:padding=true|false,timestamp:unit=yyyy|MM|dd|HH";
const UNIT_REQUIRED = "parameter unit is required for the the variable timestamp, supported values are: yyyy|MM|dd|HH";
const noVariables = (template: string): string =>
  `RecordGrouper requires that the template [${template}] has variables defined. Supported variables are: ${SETS}`;
const REST = "{{topic}}{{partition}}";

// Templates and the reasons that version 3.4.2 was seen to give.
const REFUSED: readonly (readonly [string, string])[] = [
  ["{{ }}", "Variable name hasn't been set for template: {{ }}"],
  ["{{:x=y}}", "Variable name hasn't been set for template: {{:x=y}}"],
  ["{{topic:}}", "Wrong variable with parameter definition"],
  ["{{start_offset:=true}}", "Parameter name for variable `start_offset` has not been set"],
  ["{{topic=x}}", "Parameter name for variable `topic` has not been set"],
  ["{{topicfoo=bar}}", "Parameter name for variable `topicfoo` has not been set"],
  ["{{start_offset:padding=}}", "Parameter value for variable `start_offset` and parameter `padding` has not been set"],
  ["{{start_offset:padding}}", "Parameter value for variable `start_offset` and parameter `padding` has not been set"],
  [".well-known/acme-challenge{{key}}", "cannot start with '.well-known/acme-challenge'"],
  ["{{topic}}-{{foo}}", UNSUPPORTED_SET],
  ["{{Topic}}-{{partition}}-{{start_offset}}", UNSUPPORTED_SET],
  [`${REST}{{start_offset:padding=yes}}`, UNSUPPORTED_PARAMETERS],
  [`${REST}{{start_offset:width=3}}`, UNSUPPORTED_PARAMETERS],
  [`${REST}{{start_offset}}{{timestamp:unit=mm}}`, UNSUPPORTED_PARAMETERS],
  [`${REST}{{start_offset}}{{timestamp:unit=yy}}`, UNSUPPORTED_PARAMETERS],
  [`${REST}{{start_offset}}{{timestamp}}`, UNIT_REQUIRED],
  ["", noVariables("")],
  ["plain", noVariables("plain")],
  ["{{foo-bar}}", noVariables("{{foo-bar}}")],
  ["{{ x y }}", noVariables("{{ x y }}")],
  ["{{ aaa", noVariables("{{ aaa")],
  ["{{topic}}", UNSUPPORTED_SET],
  ["{{topic}}-{{partition}}", UNSUPPORTED_SET],
  ["{{start_offset}}", UNSUPPORTED_SET],
  ["{{key}}-{{start_offset}}", UNSUPPORTED_SET],
  ["{{key}}-{{timestamp:unit=dd}}", UNSUPPORTED_SET],
];

const GROUPINGS: readonly (readonly [string, Grouping])[] = [
  ["{{topic}}-{{partition}}-{{start_offset}}", "topic-partition"],
  ["{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=dd}}", "topic-partition"],
  ["{{topic}}-{{partition}}-{{key}}-{{start_offset}}", "topic-partition-key"],
  ["{{topic}}-{{partition}}-{{key}}-{{start_offset}}-{{timestamp:unit=dd}}", "topic-partition-key"],
  ["{{key}}", "key"],
  ["{{key}}{{key}}", "key"],
  ["{{key}}-{{topic}}", "key-topic-partition"],
  ["{{key}}-{{partition}}", "key-topic-partition"],
  ["{{key}}-{{topic}}-{{partition}}", "key-topic-partition"],
  ["{{key}}-{{topic}}-{{start_offset}}", "key-topic-partition"],
  ["{{key}}-{{topic}}-{{timestamp:unit=yyyy}}", "key-topic-partition"],
];

describe("parseTemplate()", () => {
  for (const [template, message] of REFUSED)
    it(`refuses ${JSON.stringify(template)}`, () => {
      assert.throws(() => parseTemplate(template), { kind: "config", message });
    });

  for (const [template, grouping] of GROUPINGS)
    it(`groups ${template} by ${grouping}`, () => {
      assert.equal(parseTemplate(template).grouping, grouping);
    });

  it("takes only the first parameter and leaves the rest unread", () => {
    parseTemplate(`${REST}{{start_offset:padding=true=zz}}`);
  });

  it("does not take JavaScript's wider white space for Java's", () => {
    assert.throws(() => parseTemplate("{{\u00a0key}}"), { message: noVariables("{{\u00a0key}}") });
    parseTemplate("{{ \t\n\u000b\f\rkey }}");
  });
});

describe("renderName()", () => {
  const time = timeTexts(civilOf(Date.UTC(2024, 0, 2, 3, 4, 5)));
  const values = { topic: "t/x", partition: 7, startOffset: 12, key: "k 1", time };
  const rendered = (template: string, changes: Partial<Record<keyof typeof values, null>> = {}): string =>
    renderName(parseTemplate(template), { ...values, ...changes } as typeof values);

  it("fills in all variables and keeps what is between them", () => {
    assert.equal(rendered("a{{topic}}-{{ partition }}/{{start_offset}}.gz"), "at/x-7/12.gz");
    assert.equal(rendered("{{key}}-{{topic:foo=bar}}"), "k 1-t/x");
  });

  it("pads partitions to 10 and offsets to 20 digits", () => {
    assert.equal(
      rendered("{{topic}}-{{partition:padding=true}}-{{start_offset:padding=true}}-{{partition:padding=false}}"),
      "t/x-0000000007-00000000000000000012-7",
    );
  });

  it("writes times in their units", () => {
    const template = `${REST}{{start_offset}}-{{timestamp:unit=yyyy}}-{{timestamp:unit=MM}}-{{timestamp:unit=dd}}-{{timestamp:unit=HH}}`;
    assert.equal(rendered(template), "t/x712-2024-01-02-03");
  });

  it("writes minutes and seconds where they are allowed", () => {
    const template = parseTemplate(`${REST}{{start_offset}}-{{timestamp:unit=mm}}-{{timestamp:unit=ss}}`, true);
    assert.equal(renderName(template, values), "t/x712-04-05");
    assert.equal(template.finestUnit, "ss");
  });

  it("leaves literally what the grouping does not know", () => {
    assert.equal(rendered("{{key}}/{{topic}}-{{ start_offset }}", { startOffset: null }), "k 1/t/x-{{ start_offset }}");
  });

  it("leaves literally what is no placeholder", () => {
    assert.equal(rendered("{{key}}{{ { }}{{ partition : padding=true }}"), "k 1{{ { }}{{ partition : padding=true }}");
  });
});

describe("rewriteWeekYear()", () => {
  it("changes the unit also where the placeholder is not one", () => {
    assert.equal(rewriteWeekYear("{{ timestamp : unit = YYYY }}-YYYY"), "{{ timestamp : unit = yyyy }}-YYYY");
  });
});

describe("timeTexts()", () => {
  it("prints years as Java's yyyy does", () => {
    const year = (epochMs: number): string => timeTexts(civilOf(epochMs)).yyyy;
    assert.equal(year(253402300800000), "+10000");
    assert.equal(year(Date.UTC(2024, 5, 1)), "2024");
    // Years before Christ count from 1 in their era.
    assert.equal(year(-62167219200000), "0001");
    assert.equal(year(-62167219200001), "0002");
  });
});

// A plan as text: JSON of its version and card, its engine with its knobs, and the graph as it was
// finalized. Read with no more freedom than it is written: what is not byte for byte what the plan
// would say of itself again is none.
#include <cstdio>
#include <cstdlib>

#include "descriptor.h"

namespace softgpu {
namespace {

constexpr char kBegin[] = "{\"cudnnVersion\":%lld,\"deviceName\":\"softgpu\",\"engine\":[%d,%d],";
constexpr char kGraphName[] = "\"operationGraph\":";

// {kind, {attribute: [type, count, bytes in hexadecimal]}, {attribute: [descriptors]}}. Handles
// mean nothing elsewhere, and what an attribute names follows whole.
void write(const Descriptor &d, std::string &out) {
  char part[64];
  out += "[" + std::to_string(d.kind) + ",{";
  const char *comma = "";
  for (auto &[name, a] : d.attributes) {
    if (a.type == kTypeDescriptor || a.type == kTypeHandle) continue;
    snprintf(part, sizeof part, "%s\"%d\":[%d,%lld,\"", comma, name, a.type, (long long)a.count);
    out += part;
    for (char byte : a.bytes) {
      snprintf(part, sizeof part, "%02x", static_cast<unsigned char>(byte));
      out += part;
    }
    out += "\"]";
    comma = ",";
  }
  out += "},{";
  comma = "";
  for (auto &[name, list] : d.named) {
    out += comma + ("\"" + std::to_string(name)) + "\":[";
    comma = "";
    for (auto &other : list) {
      out += comma;
      write(*other, out);
      comma = ",";
    }
    out += "]";
    comma = ",";
  }
  out += "}]";
}

struct Reader {
  const char *at;
  bool good = true;

  bool skips(const char *text) {
    for (; *text; ++text, ++at)
      if (*at != *text) return false;
    return true;
  }
  void expect(const char *text) { good = good && skips(text); }
  long long number() {
    char *end = nullptr;
    const long long value = strtoll(at, &end, 10);
    good = good && end != at;
    at = end;
    return value;
  }
  std::vector<char> bytes() {
    std::vector<char> all;
    unsigned byte = 0;
    while (good && *at && *at != '"') {
      good = sscanf(at, "%2x", &byte) == 1 && at[1];
      all.push_back(static_cast<char>(byte));
      if (good) at += 2;
    }
    return all;
  }
  bool more(char end) {
    if (good && *at == ',') ++at;
    return good && *at && *at != end;
  }
  std::shared_ptr<Descriptor> descriptor() {
    expect("[");
    auto d = std::make_shared<Descriptor>(static_cast<int>(number()));
    d->finalized = true;
    expect(",{");
    while (more('}')) {
      expect("\"");
      const int name = static_cast<int>(number());
      expect("\":[");
      Attribute a{static_cast<int>(number()), 0, {}};
      expect(",");
      a.count = number();
      expect(",\"");
      a.bytes = bytes();
      expect("\"]");
      good = good && a.bytes.size() == size_of(a.type) * static_cast<size_t>(a.count);
      d->attributes[name] = a;
    }
    expect("},{");
    while (more('}')) {
      expect("\"");
      const int name = static_cast<int>(number());
      expect("\":[");
      while (more(']')) d->named[name].push_back(descriptor());
      expect("]");
    }
    expect("}]");
    return d;
  }
};

}  // namespace

std::string text_of(const Descriptor &configuration) {
  char begin[128];
  snprintf(begin, sizeof begin, kBegin, (long long)kVersion, configuration.engine,
           configuration.tile);
  std::string out = std::string(begin) + kGraphName;
  write(configuration.to(301), out);
  return out + "}";
}

std::shared_ptr<const Descriptor> configuration_of(const std::string &text) {
  auto made = std::make_shared<Descriptor>(kEngineConfig);
  long long version = 0;
  const size_t graph = text.find(kGraphName);
  if (sscanf(text.c_str(), kBegin, &version, &made->engine, &made->tile) != 3 ||
      graph == std::string::npos)
    return nullptr;
  Reader reader{text.c_str() + graph};
  reader.expect(kGraphName);
  made->named[301] = {reader.descriptor()};
  made->finalized = true;
  return reader.good && version == kVersion && text_of(*made) == text ? made : nullptr;
}

}  // namespace softgpu

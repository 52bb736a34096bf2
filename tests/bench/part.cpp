// One of the many parts of a program with a large debug file, see large_binary.

#include <bits/stdc++.h>

extern "C" int part(int n) {
  std::map<std::string, std::vector<std::string>> words;
  std::unordered_map<int, std::function<int(int)>> calls;
  std::istringstream in(std::to_string(n) + " some words");
  for (std::string word; in >> word;) words[word].push_back(std::regex_replace(word, std::regex("[0-9]+"), "n"));
  for (auto& [word, forms] : words) std::sort(forms.begin(), forms.end());
  calls[n] = [&](int x) { return x + static_cast<int>(words.size()); };
  const auto numbers = std::make_shared<std::vector<int>>(n, 1);
  std::thread adder([&] { numbers->push_back(n); });
  adder.join();
  return calls[n](n) + static_cast<int>(numbers->size());
}
